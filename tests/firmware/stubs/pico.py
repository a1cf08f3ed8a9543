# A Pico around firmware/sampler: rp2, machine, time, sys, select and micropython in virtual time. Nothing here knows the
# script: registers, DMA channels and state machines behave as the datasheet says, as far as the script uses them, and
# every step goes into a log. Executed behind stubs/rp2.py and stubs/host.py in a namespace of its own, with `bench` in it:
# a module in which it leaves begin(plan) and report(). A plan is the scenario of one call: "lines" (what comes on pins that
# nobody here drives), "words" ([[microseconds, text], …] from the host; \x03 is Ctrl-C), "stalls", "short_writes",
# "bytes_per_s", "rxstall", "ticks_us", "count_mode_bits".
import json
import uctypes

HZ = 125000000
CTRL = (0x50200000, 0x50300000)
FULL = 0x0FFFFFFF
log = []
faults = []


def fault(text):
    if text not in faults:
        faults.append(text)


# --- pins ----------------------------------------------------------------------------------------------------------
class Pin:
    IN, OUT, PULL_UP, PULL_DOWN = 0, 1, 1, 2

    def __init__(self, number, mode=None, pull=None, *, value=None):
        self.number = number
        if mode is not None:
            log.append("pin %d %s" % (number, ("in", "out")[mode] + (" down" if pull == Pin.PULL_DOWN else "") + (" %d" % value if value is not None else "")))
            if chip.running_stim(number):
                fault("pin %d was taken from a running program" % number)
            if mode == Pin.OUT and value == 0:
                chip.forced_low(number)


# --- PIO and DMA ---------------------------------------------------------------------------------------------------
class StateMachine:
    def __init__(self, number, program, *, set_base=None, jmp_pin=None):
        pio = number // 4
        offsets = chip.offsets[pio]
        key = "stim" if set_base else "edge_ts"
        if program[1 + pio] == -1:
            offsets[key] = 32 - len(program[0]) - sum([32 - at for at in offsets.values()])
            program[1 + pio] = offsets[key]
        elif offsets.get(key) != program[1 + pio]:
            fault("state machine %d starts at a stale address" % number)
        self.number = number
        self.pin = (set_base or jmp_pin).number
        self.program = program
        self.run = None
        chip.machines[number] = self
        log.append("sm %d %s %d" % (number, key, self.pin))

    def tx_fifo(self):
        return self.run.fifo()


class DMA:
    free = list(range(12))
    busy = {}  # what a channel still has to do, also when its object is gone: close() before MicroPython 1.28 stops nothing

    def __init__(self):
        if not DMA.free:
            raise OSError(16)
        self.channel = DMA.free.pop(0)
        self.source = None
        self.ctrl = 1
        self.open = True

    def pack_ctrl(self, **fields):
        return fields

    def config(self, *, read, write, count, ctrl, trigger):
        if ctrl["chain_to"] != self.channel or ctrl["size"] != 2 or not trigger:
            fault("DMA channel %d is set up wrongly" % self.channel)
        address = read if ctrl["inc_read"] else write
        if ctrl["ring_size"] and address & (1 << ctrl["ring_size"]) - 1:
            fault("a DMA ring is not aligned")
        if ctrl["ring_size"] and ctrl["ring_sel"] != ctrl["inc_write"]:
            fault("a DMA ring is on the wrong side")
        machine = write if ctrl["inc_read"] else read
        want = 8 * (machine.number // 4) + machine.number % 4 + (0 if ctrl["inc_read"] else 4)
        if ctrl["treq_sel"] != want:
            fault("DMA channel %d is paced by %d, not %d" % (self.channel, ctrl["treq_sel"], want))
        bytes_in_ring = 1 << ctrl["ring_size"] if ctrl["ring_size"] else 4 * count
        if self.channel in DMA.busy and DMA.busy[self.channel].left():
            fault("DMA channel %d is started while it runs" % self.channel)
        self.source = machine.run = (Stimulus if ctrl["inc_read"] else Stamps)(machine, address, bytes_in_ring, count)
        DMA.busy[self.channel] = self.source

    @property
    def count(self):
        if not self.open:
            fault("a closed DMA channel was read")
        return self.source.left() | 0xA0000000 & plan.get("count_mode_bits", 0)

    def active(self, value):
        if value or self.ctrl:
            fault("DMA channel %d is aborted while it is enabled" % self.channel)
        DMA.busy.pop(self.channel, None)

    def close(self):
        if self.open:
            DMA.free.append(self.channel)
            DMA.free.sort()
        self.open = False
        if self.channel in DMA.busy and DMA.busy[self.channel].left():
            fault("DMA channel %d is given back while it waits" % self.channel)
        log.append("dma close")


# The program stim fed from its table: pulses come into being as time passes. Cycles as docs/protocol.md section 4.
class Stimulus:
    def __init__(self, machine, address, ring, count):
        self.address, self.ring, self.total = address, ring, count
        self.at = 0  # cycle of the next pull of an x
        self.pulled = 0
        self.rises = []
        self.falls = []
        self.forced = None
        self.stopped_at = None

    def pair(self, k):
        at = self.address + 8 * k % self.ring
        words = uctypes.bytes_at(at, 8)
        return int.from_bytes(words[:4], "little"), int.from_bytes(words[4:], "little")

    # Pulses whose first pull has come. Ends after the stop, or without words.
    def advance(self):
        cycle = chip.cycle(self)
        while self.at <= cycle and len(self.rises) * 2 < self.total:
            x, y = self.pair(len(self.rises))
            self.rises.append(self.at + x + 5)
            self.falls.append(self.at + x + y + 7)
            self.at = self.falls[-1] + 1
        return cycle

    def state(self):
        cycle = self.advance()
        if not self.rises or cycle >= self.at:
            return 2 * len(self.rises), 0
        k = len(self.rises) - 1
        if cycle < self.rises[k]:
            return 2 * k + 2, 4
        return 2 * k + 2, 6 if cycle < self.falls[k] else 7

    def moved(self):
        return min(self.total, self.state()[0] + 8)

    def left(self):
        return self.total - self.moved()

    def fifo(self):
        return self.moved() - self.state()[0]

    def fired(self):
        cycle = self.advance()
        return len([at for at in self.rises if at <= cycle])

    # The cycle of edge k as the pin shows it; None before it has come.
    def edge(self, k):
        cycle = self.advance()
        pulse = k >> 1
        if pulse >= len(self.rises) or self.rises[pulse] > cycle:
            return None
        if not k & 1:
            return self.rises[pulse]
        if self.stopped_at is not None and self.stopped_at < self.falls[pulse]:
            return self.forced  # the machine stands with the pin high, until somebody else takes the pin
        return self.falls[pulse] if self.falls[pulse] <= cycle else None


# edge_ts on one line: a word for each edge, stored in a ring or a linear buffer whether the script has read it or not.
class Stamps:
    def __init__(self, machine, address, ring, count):
        self.pin, self.address, self.ring, self.total = machine.pin, address, ring, count
        self.stored = 0
        self.stopped_at = None

    def left(self):
        cycle = chip.cycle(self)
        while self.stored < self.total:
            at = chip.edge(self.pin, self.stored)
            if at is None or at > cycle:
                break
            count = at // 2 + 1 if at else 0
            place = uctypes.bytearray_at(self.address + 4 * self.stored % self.ring, 4)
            place[:] = (0xFFFFFFFF - count & 0xFFFFFFFF).to_bytes(4, "little")
            self.stored += 1
        return self.total - self.stored


class Chip:
    def __init__(self):
        self.machines = {}
        self.offsets = ({}, {})
        self.start_us = None
        self.starts = 0

    def cycle(self, run):
        if self.start_us is None:
            return -1
        at = (clock.us - self.start_us) * 125
        return at if run.stopped_at is None else min(at, run.stopped_at)

    def stimulus(self):
        for machine in self.machines.values():
            if isinstance(machine.run, Stimulus):
                return machine

    # The cycle of edge k of a pin, None before it is known. Lines that nobody here drives follow the scenario: edges at
    # given cycles or one every so many, or an answer to each pulse of the stimulus.
    def edge(self, pin, k):
        stimulus = self.stimulus()
        if stimulus and stimulus.pin == pin:
            return stimulus.run.edge(k)
        line = plan["lines"].get(str(pin), {})
        if "edges" in line:
            return line["edges"][k] if k < len(line["edges"]) else None
        if "every" in line:
            return line["every"] * (k + 1)
        if stimulus and "answer" in line:
            rise = stimulus.run.edge(k & ~1)
            return None if rise is None else rise + line["answer"] + 600 * (k & 1)

    def running_stim(self, pin):
        stimulus = self.stimulus()
        return stimulus and stimulus.pin == pin and stimulus.run.stopped_at is None and self.start_us is not None

    def forced_low(self, pin):
        stimulus = self.stimulus()
        if stimulus and stimulus.pin == pin:
            stimulus.run.forced = (clock.us - self.start_us) * 125

    # mem32: the registers that the script touches.
    def __setitem__(self, address, value):
        log.append("write 0x%x 0x%x" % (address, value))
        for pio in (0, 1):
            if address == CTRL[pio] + 0x2000:
                if value >> 8 != value & 15:
                    fault("the clock dividers do not start with the machines")
                for number in range(4):
                    if value >> number & 1 and 4 * pio + number not in self.machines:
                        fault("a machine that was not made is started")
                if pio == 0:
                    self.starts += 1
                    self.start_us = clock.us
            if address == CTRL[pio] + 0x3000:
                for number in range(4):
                    machine = self.machines.get(4 * pio + number)
                    if value >> number & 1 and machine and machine.run and machine.run.stopped_at is None:
                        machine.run.stopped_at = (clock.us - (self.start_us or 0)) * 125

    def __getitem__(self, address):
        if address == CTRL[0] + 8:
            value = 0x0F00000F if plan.get("rxstall") else 0x0F000000
            return value - (1 << 32) if plan.get("rxstall") else value
        for pio in (0, 1):
            if address == CTRL[pio] + 0x11C:
                run = self.machines[4 * pio + 3].run
                return self.offsets[pio]["stim"] + run.state()[1]
        fault("register 0x%x was read" % address)
        return 0


chip = Chip()


class ManagedPIO:
    def __init__(self, number):
        self.number = number

    def remove_program(self):
        log.append("remove %d" % self.number)
        chip.offsets[self.number].clear()


for name in ("SHIFT_LEFT", "SHIFT_RIGHT", "JOIN_NONE", "JOIN_TX", "JOIN_RX", "OUT_LOW"):
    setattr(ManagedPIO, name, getattr(PIO, name))  # PIO and asm_pio: stubs/rp2.py, executed before in the same namespace

machine = Module()
machine.Pin = Pin
machine.freq = lambda: HZ
machine.mem32 = chip
rp2 = Module()
rp2.PIO = ManagedPIO
rp2.StateMachine = StateMachine
rp2.DMA = DMA
rp2.asm_pio = asm_pio
modules = {"machine": machine, "rp2": rp2, "time": Time(), "select": select, "sys": fake_sys, "micropython": micropython}
for name in modules:
    real_sys.modules[name] = modules[name]


# A new call on the same board: programs, offsets and pins stay as the last one left them.
def begin(scenario):
    plan.clear()
    plan.update(scenario)
    if "ticks_us" in plan:
        clock.us = plan["ticks_us"]
    clock.began_us = clock.us
    words[:] = [list(word) for word in plan.get("words", [])]
    fake_sys.stdout.buffer.wire.clear()
    log.clear()
    chip.machines.clear()
    chip.start_us = None
    chip.starts = 0


def report():
    stimulus = chip.stimulus()
    return json.dumps(
        {
            "wire": "".join([data.hex() for data in fake_sys.stdout.buffer.wire]),
            "log": log,
            "faults": faults,
            "starts": chip.starts,
            "fired": stimulus.run.fired() if stimulus else 0,
            "free_dma": len(DMA.free),
            "keyboard": keyboard.character,
            "started_us": chip.start_us or 0,
            "ended_us": clock.us,
        }
    )


bench.begin = begin
bench.report = report
