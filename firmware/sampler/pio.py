# latencylab sampler/pio 1
# What runs without the CPU: the programs that stamp edges and fire the stimulus, and the memory that DMA fills and feeds
# them from (docs/protocol.md sections 3 and 4). PIO: RP2040 datasheet 3.4.
import rp2
import struct
import uctypes


# One count of X is two cycles on every path, so no stamp needs a correction; a stamp is pushed one cycle after its sample.
@rp2.asm_pio(autopush=True, push_thresh=32, in_shiftdir=rp2.PIO.SHIFT_LEFT, fifo_join=rp2.PIO.JOIN_RX)
def ll_edge_ts():
    mov(x, invert(null))
    jmp("low")
    label("rise")
    in_(x, 32)
    jmp(x_dec, "high")  # counts the cycles of the way; never leaves the way
    label("high")
    jmp(x_dec, "sample")
    label("sample")
    jmp(pin, "high")
    in_(x, 32)
    jmp(x_dec, "back")
    label("back")
    jmp(x_dec, "low")
    wrap_target()
    label("low")
    jmp(pin, "rise")
    jmp(x_dec, "low")
    wrap()


# Low for x + 6 cycles, high for y + 2. The only places where it can wait are the pulls, with the pin low.
@rp2.asm_pio(set_init=rp2.PIO.OUT_LOW, fifo_join=rp2.PIO.JOIN_TX)
def ll_stim():
    wrap_target()
    pull(block)
    mov(x, osr)
    pull(block)
    mov(y, osr)
    label("gap")
    jmp(x_dec, "gap")
    set(pins, 1)
    label("high")
    jmp(y_dec, "high")
    set(pins, 0)
    wrap()


ll_area = None  # kept from capture to capture: a heap in pieces would not give it twice


# Offset of `size` bytes in ll_area whose address is a multiple of 16 KiB, as a DMA ring needs it.
def ll_aligned(size):
    global ll_area
    if ll_area is None or len(ll_area) < size + 16384:
        ll_area = None
        gc.collect()
        ll_area = bytearray(size + 16384)
    return -uctypes.addressof(ll_area) & 16383


# `burst` is (pulses of a train, low cycles inside of it) or None; each pulse takes two numbers of the generator all the
# same, so that the times between trains are those of single pulses.
def ll_table(at, pairs, seed, gap, high, burst):
    s = seed & 0xFFFFFFFF or 0x9E3779B9
    train, inside = burst or (1, 0)
    for k in range(pairs):
        s ^= s << 13 & 0xFFFFFFFF
        s ^= s >> 17
        s ^= s << 5 & 0xFFFFFFFF
        low_cycles = inside if k % train else gap[0] + ((s >> 8) * gap[1] >> 24)
        s ^= s << 13 & 0xFFFFFFFF
        s ^= s >> 17
        s ^= s << 5 & 0xFFFFFFFF
        high_cycles = high[0] + ((s >> 8) * high[1] >> 24)
        struct.pack_into("<II", ll_area, at + 8 * k, low_cycles - 6, high_cycles - 2)
