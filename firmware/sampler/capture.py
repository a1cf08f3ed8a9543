# latencylab sampler/capture 1
# Stamps edges and fires the stimulus without a CPU in the timing path: the programs of sampler/pio count, DMA carries, this
# script only empties rings into frames (docs/protocol.md sections 2.4 and 3). Registers: RP2040 datasheet 2.5 (DMA), 3.7 (PIO).
import rp2
import struct
import uctypes
from machine import mem32

LL_FULL = 0x0FFFFFFF  # a transfer count that both chips hold: the upper four bits are a mode on the RP2350
LL_RING = 4096  # words a ring, 16 KiB
LL_FRAME = 256  # words a frame at most
LL_BATCH = 64  # words that are worth a frame before 20 ms have passed
LL_MARGIN = 64  # unused words below which a ring counts as overtaken: DMA goes on while words are copied
LL_CTRL = (0x50200000, 0x50300000)  # CTRL of PIO 0 and 1; +0x2000 sets bits, +0x3000 clears bits
LL_FDEBUG = 0x50200008
LL_SM3_ADDR = 0x11C  # SM3_ADDR, from CTRL


# "LLF1", type, channel, length, sequence, nonce, payload, CRC-32. The payload is put at byte 16 of `buffer`.
class LLFrames:
    def __init__(self, nonce):
        self.buffer = bytearray(20 + 4 * LL_FRAME + 4)
        self.view = memoryview(self.buffer)
        self.write = sys.stdout.buffer.write
        self.nonce = nonce
        self.sequence = 0
        self.deaf = False

    def send(self, kind, channel, length):
        view = self.view
        end = 16 + length
        struct.pack_into("<4sBBHII", self.buffer, 0, b"LLF1", kind, channel, length, self.sequence, self.nonce)
        struct.pack_into("<I", self.buffer, end, crc32(view[4:end]))
        self.sequence += 1
        # The port takes what its FIFO takes, and MicroPython itself gives up after 500 ms. A host that pauses loses nothing
        # while the rings hold; one that is gone must not hold the board.
        limit_ms = 0 if self.deaf else 5000
        at = 0
        end += 4
        since_ms = time.ticks_ms()
        while at < end:
            taken = self.write(view[at:end])
            if taken is not None and taken > 0:
                at += taken
                since_ms = time.ticks_ms()
            elif time.ticks_diff(time.ticks_ms(), since_ms) >= limit_ms:
                break
        self.deaf = at < end

    def send_json(self, kind, value):
        text = json.dumps(value).encode()
        self.buffer[16 : 16 + len(text)] = text
        self.send(kind, 0, len(text))


class LLCapture:
    # Checks and allocates; what fails here is told as a line, before any frame.
    def __init__(self, a):
        self.channels = a["channels"]
        self.stim = a["stim"]
        self.driven = self.stim is not None
        self.pulses = a["pulses"] if self.driven else 0
        self.tail_ms = a.get("tail_ms", 100)
        self.seconds = a["seconds"]
        self.plan = a
        oneshot = a.get("oneshot")
        self.ring = not oneshot
        self.words = oneshot or LL_RING  # room of a channel
        self.count = oneshot or LL_FULL
        channels = len(self.channels)
        if not 1 <= channels <= 4:
            raise ValueError("1 to 4 channels")
        if self.driven:
            gap, high = a["gap"], a["high"]
            if gap[0] < 6 or high[0] < 2 or sum(gap) > 0xFFFFFFFF or sum(high) > 0xFFFFFFFF:
                raise ValueError("gap from 6 and high from 2 cycles, below 2^32")
            burst = a.get("burst")
            if burst and (burst[0] < 2 or not 6 <= burst[1] <= 0xFFFFFFFF):
                raise ValueError("trains from 2 pulses, from 6 cycles apart")
            if burst and self.pulses > 2048 and 2048 % burst[0]:
                raise ValueError("a replayed table holds whole trains only")
            if not 1 <= self.pulses <= LL_FULL >> 1:
                raise ValueError("1 to %d pulses" % (LL_FULL >> 1))
            self.pair_ms = (sum(gap) + sum(high)) * 1000 // machine.freq() + 1
        self.capturing = (1 << channels) - 1
        # In PIO 0 one register write starts all; beside four channels the stimulus moves to PIO 1.
        self.stim_pio = 0 if channels < 4 else 1
        self.at = ll_aligned(16384 * self.driven + 4 * self.words * channels)
        at = self.at + 16384 * self.driven
        view = memoryview(ll_area)
        self.rings = []
        self.addresses = []
        for _ in self.channels:
            self.rings.append(view[at : at + 4 * self.words])
            self.addresses.append(uctypes.addressof(ll_area) + at)
            at += 4 * self.words
        self.frames = LLFrames(a["nonce"])
        self.sent = [0] * channels
        self.lost = [0] * channels
        self.free = self.words
        self.overtaken = -1
        self.fired = None
        self.begun = False
        self.dmas = []
        self.table = None

    # PIO 0 is ours; of PIO 1 only the one machine, if it is used at all: the radio of a Pico W has its bus there.
    def stop(self):
        mem32[LL_CTRL[0] + 0x3000] = 0xF
        if self.driven and self.stim_pio:
            mem32[LL_CTRL[1] + 0x3000] = 8

    # Claims state machines and DMA channels. The cached offsets must go with the programs, or the next
    # StateMachine starts at a stale address.
    def claim(self):
        Pin = machine.Pin
        self.stop()
        rp2.PIO(0).remove_program()
        for program in (ll_stim, ll_edge_ts):
            program[1] = -1
        for number in self.channels:
            if number != self.stim:
                Pin(number, Pin.IN, None)
        # Pin(n) without a mode leaves the pin's function alone.
        if self.driven:
            self.stim_machine = rp2.StateMachine(4 * self.stim_pio + 3, ll_stim, set_base=Pin(self.stim))
            self.table = rp2.DMA()
        self.machines = []
        for i in range(len(self.channels)):
            self.machines.append(rp2.StateMachine(i, ll_edge_ts, jmp_pin=Pin(self.channels[i])))
            self.dmas.append(rp2.DMA())

    def start(self):
        if self.driven:
            a = self.plan
            ll_table(self.at, min(self.pulses, 2048), a["seed"], a["gap"], a["high"], a.get("burst"))
            d = self.table
            # The read ring wraps at 16 KiB, 2048 pairs: the table is replayed until the count is used up.
            d.config(
                read=uctypes.addressof(ll_area) + self.at,
                write=self.stim_machine,
                count=2 * self.pulses,
                ctrl=d.pack_ctrl(
                    size=2,
                    inc_read=True,
                    inc_write=False,
                    ring_size=14,
                    ring_sel=False,
                    treq_sel=8 * self.stim_pio + 3,
                    chain_to=d.channel,
                ),
                trigger=True,
            )
        for i in range(len(self.dmas)):
            d = self.dmas[i]
            d.config(
                read=self.machines[i],
                write=self.addresses[i],
                count=self.count,
                ctrl=d.pack_ctrl(
                    size=2,
                    inc_read=False,
                    inc_write=True,
                    ring_size=14 if self.ring else 0,
                    ring_sel=True,
                    treq_sel=4 + i,
                    chain_to=d.channel,
                    high_pri=True,
                ),
                trigger=True,
            )
        for bit in range(4):
            mem32[LL_FDEBUG] = 1 << bit  # RXSTALL, cleared by writing 1
        start = self.capturing
        if self.driven and not self.stim_pio:
            start |= 8
        mem32[LL_CTRL[0] + 0x2000] = start << 8 | start  # CLKDIV_RESTART and SM_ENABLE
        self.start_us = time.ticks_us()
        self.start_ms = time.ticks_ms()
        if self.stim_pio and self.driven:
            mem32[LL_CTRL[1] + 0x2000] = 0x808
        self.begun = True

    def done(self, i):
        return self.count - (self.dmas[i].count & LL_FULL)

    def fdebug(self):
        return mem32[LL_FDEBUG] & self.capturing

    def put_words(self, i, at, words):
        frames = self.frames
        begin = 4 * (at % self.words)
        frames.buffer[20 : 20 + 4 * words] = self.rings[i][begin : begin + 4 * words]
        struct.pack_into("<I", frames.buffer, 16, at)

    # Sends the words of channel i while at least `least` wait.
    def drain(self, i, least):
        done = self.done(i)
        while done - self.sent[i] >= least:
            at = self.sent[i]
            words = min(done - at, LL_FRAME, self.words - at % self.words)
            self.put_words(i, at, words)
            if self.begun:  # still counting: were the words overtaken while they were copied?
                free = self.words - (self.done(i) - (at if self.ring else 0))
                if free < self.free:
                    self.free = free
                if self.ring and free < LL_MARGIN:
                    self.overtaken = i
                    return
            self.sent[i] = at + words
            self.frames.send(2, i, 4 + 4 * words)

    # ticks_us is taken before the counts: what isn't counted yet is later than it.
    def heartbeat(self):
        buffer = self.frames.buffer
        struct.pack_into("<I", buffer, 16, time.ticks_us())
        struct.pack_into("<III", buffer, 20, self.start_us, self.fdebug(), max(self.free, 0))
        for i in range(len(self.dmas)):
            struct.pack_into("<I", buffer, 32 + 4 * i, self.done(i))
        self.frames.send(3, 0, 16 + 4 * len(self.dmas))

    # Stops the stimulus, counts what was fired and holds the pin low.
    def silence(self):
        if not self.driven or self.fired is not None:
            return
        ctrl = LL_CTRL[self.stim_pio]
        mem32[ctrl + 0x3000] = 8
        machine.Pin(self.stim, machine.Pin.OUT, value=0)
        time.sleep_ms(1)  # the DMA fills the FIFO up once more
        pulled = 2 * self.pulses - (self.table.count & LL_FULL) - self.stim_machine.tx_fifo()
        at = (mem32[ctrl + LL_SM3_ADDR] & 31) - ll_stim[1 + self.stim_pio]
        # Both words of the last pair are taken, but from `mov(y, osr)` to `set(pins, 1)` its pulse has not begun.
        self.fired = (pulled >> 1) - (3 <= at <= 5)

    # Until something ends it; answers what.
    def run(self):
        word = LLHost(self.seconds).word
        ticks = time.ticks_ms
        diff = time.ticks_diff
        channels = range(len(self.channels))
        begun_ms = flushed_ms = beat_ms = ticks()
        reason = end_ms = None
        turn = 0
        while True:
            now = ticks()
            least = LL_BATCH
            if diff(now, flushed_ms) >= 20:
                flushed_ms = now
                least = 1
            for i in channels:
                self.drain(i, least)
            if self.overtaken >= 0:
                return "overrun"
            if diff(now, beat_ms) >= 100:
                beat_ms = now
                self.heartbeat()
            if end_ms is not None and diff(now, end_ms) >= 0:
                if reason == "done":
                    self.fired = self.pulses
                return reason
            turn = turn + 1 & 15
            if turn:
                continue
            heard = word()
            if heard:
                if not self.driven:
                    return heard
                if reason is None or reason == "done":
                    self.silence()
                    reason = heard
                    end_ms = time.ticks_add(now, self.tail_ms)
            if not self.ring and not all([d.count & LL_FULL for d in self.dmas]):
                return "done"
            if reason is None:
                if not self.driven:
                    if diff(now, begun_ms) >= self.seconds * 1000:
                        return "done"
                elif not self.table.count & LL_FULL and not self.stim_machine.tx_fifo():
                    reason = "done"  # the last pair is taken: wait for its longest pulse, then for answers
                    end_ms = time.ticks_add(now, self.pair_ms + self.tail_ms)

    # Nothing runs and nothing is driven any more. The stimulus is left weakly low: an open line would ring the
    # target, which still listens.
    def halt(self):
        self.stop()
        if self.driven:
            machine.Pin(self.stim, machine.Pin.IN, machine.Pin.PULL_DOWN)

    # A channel whose count isn't used up goes on waiting for its machine. Before MicroPython 1.28 close() leaves it at that:
    # it would take words from a later capture, or not start anew. It is disabled before the abort for the sake of erratum RP2350-E5.
    def close(self):
        for d in self.dmas + [self.table]:
            if d:
                d.ctrl = 0
                d.active(0)
                d.close()

    # Everything stands still first; then the rest goes out, and END.
    def finish(self, reason):
        self.silence()
        self.halt()
        took_us = time.ticks_diff(time.ticks_ms(), self.start_ms) * 1000
        time.sleep_ms(1)
        self.begun = False
        frames = self.frames
        words = []
        for i in range(len(self.dmas)):
            done = self.done(i)
            words.append(done)
            if i == self.overtaken or done - self.sent[i] > self.words:
                self.lost[i] = done - self.sent[i]
                struct.pack_into("<II", frames.buffer, 16, done, self.sent[i])
                frames.send(4, i, 8)
                reason = "overrun"
            else:
                self.drain(i, 1)
        self.heartbeat()
        frames.send_json(
            5,
            {
                "pulses": self.fired or 0,
                "words": words,
                "fdebug": self.fdebug(),
                "overrun": self.lost,
                "reason": reason,
                "us": took_us,
            },
        )


def ll_capture(a):
    capture = LLCapture(a)
    reason = "error"
    try:
        capture.claim()
        hz = machine.freq()
        capture.frames.send_json(
            1,
            {
                "proto": 1,
                "part": LL_PART,
                "hz": hz,
                "tick_hz": hz // 2,
                "channels": capture.channels,
                "stim": capture.stim,
                "pulses": capture.pulses,
                "build": sys.version,
                "rings": [capture.words] * len(capture.channels),
            },
        )
        capture.start()
        capture.heartbeat()
        reason = capture.run()
    except KeyboardInterrupt:
        reason = "interrupt"
        raise
    finally:
        ll_hush()
        try:
            if capture.begun:
                capture.finish(reason)
        finally:
            capture.halt()
            capture.close()
            micropython.kbd_intr(3)


# Both channels on the stimulus pin itself: their stamps must be equal, and every interval as the table says.
def ll_selftest(a):
    a["channels"] = [a["stim"], a["stim"]]
    ll_capture(a)


ll_calls["capture"] = ll_capture
ll_calls["selftest"] = ll_selftest
