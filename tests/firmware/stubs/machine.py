# The board around the interpreter: `machine` and `sys.platform` of the ports that LatencyLab knows, as far as their
# differences matter to the scripts. IRQs go through micropython.schedule, so through the interpreter's own queue.
import bench
import gc
import json
import micropython
import sys


class Pin:
    IN = 0
    OUT = 3
    PULL_UP = 2
    IRQ_RISING = 8 if PORT == "rp2" else 1
    IRQ_FALLING = 4 if PORT == "rp2" else 2
    _all = {}
    # Written values, one byte each: GPIO * 2 + level. Filled without allocating, since handlers write here.
    _log = bytearray(2048)
    _logged = [0]
    _dropped = [0]
    _levels = bytearray(64)
    # Wires between two pins of this board: written on the one, seen by the other.
    _wires = {}

    def __new__(cls, number, *args, **kw):
        if number not in Pin._all:
            if not 0 <= number < 40:
                raise ValueError("invalid pin")
            pin = super(Pin, cls).__new__(cls)
            pin.number = number
            pin.mode = pin.pull = pin.handler = None
            pin.trigger = 0
            pin.hard = False
            Pin._all[number] = pin
        return Pin._all[number]

    def __init__(self, number, mode=None, pull=-1, *, value=None):
        if mode is None:
            return
        if PORT == "esp32" and number >= 34 and mode == Pin.OUT:
            raise ValueError("pin can only be input")
        self.mode = mode
        if pull != -1:
            self.pull = pull
        if value is not None:
            self.value(value)
        if mode == Pin.IN and self.pull is not None:
            Pin._levels[number] = self.pull == Pin.PULL_UP

    def value(self, level=None):
        if level is None:
            return Pin._levels[self.number]
        if self.mode == Pin.OUT:
            Pin._levels[self.number] = level
            at = Pin._logged[0]
            if at < 2048:
                Pin._log[at] = self.number * 2 + level
                Pin._logged[0] = at + 1
            if self.number in Pin._wires:
                edge(Pin._wires[self.number], level)

    def __call__(self, level=None):
        return self.value(level)

    def on(self):
        self.value(1)

    def off(self):
        self.value(0)

    def irq(self, *args, **kw):
        hard = kw.pop("hard", None)
        if hard is not None and PORT == "esp32":
            raise TypeError("extra keyword arguments given")
        if PORT == "esp8266" and self.number == 16:
            raise OSError("pin does not have IRQ capabilities")
        if hard and PORT == "esp8266":
            raise ValueError("hard IRQ not supported")
        self.handler = kw.get("handler")
        self.trigger = kw.get("trigger", Pin.IRQ_RISING | Pin.IRQ_FALLING) if self.handler else 0
        self.hard = bool(hard)


if PORT != "esp8266":
    Pin.PULL_DOWN = 1

if PORT != "esp8266":  # stands for a firmware before 1.25

    def toggle(self):
        self.value(Pin._levels[self.number] ^ 1)

    Pin.toggle = toggle


class Timer:
    PERIODIC = 1
    running = None

    def __init__(self, number):
        if PORT == "rp2" and number != -1:
            raise ValueError("Timer doesn't exist")
        self.number = number
        self.plan = None

    def init(self, *, mode, period, tick_hz, callback, **kw):
        if "hard" in kw and PORT != "rp2":
            raise TypeError("extra keyword arguments given")
        self.hard = kw.get("hard", False)
        self.plan = (self.number, mode, period, tick_hz)
        self.callback = callback
        Timer.running = self

    def deinit(self):
        Timer.running = None


# The running timer is due.
def tick():
    timer = Timer.running
    if timer.hard:
        micropython.heap_lock()
        try:
            timer.callback(timer)
        finally:
            micropython.heap_unlock()
    else:
        micropython.schedule(timer.callback, timer)


class Machine:
    pass


machine = Machine()
machine.Pin = Pin
machine.Timer = Timer
USUAL_HZ = {"esp32": 160000000, "esp8266": 80000000, "rp2": 125000000}[PORT]
ALLOWED_HZ = {
    "esp32": (20000000, 40000000, 80000000, 160000000, 240000000),
    "esp8266": (80000000, 160000000),
    "rp2": (125000000, 133000000, 200000000),
}[PORT]
clock = [USUAL_HZ]


# What the ports raise: ports/esp32/modmachine.c, ports/esp8266/modmachine.c, ports/rp2/modmachine.c.
def freq(hz=None):
    if hz is None:
        return clock[0]
    if hz not in ALLOWED_HZ:
        raise ValueError(
            {
                "esp32": "frequency must be 20MHz, 40MHz, 80Mhz, 160MHz or 240MHz",
                "esp8266": "frequency can only be either 80Mhz or 160MHz",
                "rp2": "cannot change frequency",
            }[PORT]
        )
    clock[0] = hz


# Remembers what was asked of it; pins as ports/rp2/machine_uart.c allows them.
class UART:
    log = []
    sent = [0]
    turn = [0]

    def __init__(self, number, baud, *, tx=None, rx=None):
        if PORT == "esp8266" and (number != 1 or tx is not None):
            raise ValueError("UART(%d) can't do that" % number)
        if PORT == "esp32" and number == 0:
            raise ValueError("UART(0) is disabled (dedicated to REPL)")
        if PORT == "rp2" and (tx & 3 or rx & 3 != 1 or (tx + 4 & 8) >> 3 != number):
            raise ValueError("bad TX pin")
        UART.log.append("open %s %s %s" % (number, tx, rx))
        self.number = number

    # rp2 doesn't wait for room: every other time the buffer is full.
    def write(self, block):
        UART.turn[0] ^= 1
        if PORT == "rp2" and UART.turn[0]:
            return None
        UART.sent[0] += len(block)
        return len(block)

    def deinit(self):
        UART.log.append("close %d" % self.number)


# A radio that knows no network: ports without one have no module `network`.
class WLAN:
    log = []
    up = [False]
    linked = [False]

    def __init__(self, interface):
        pass

    def active(self, on=None):
        if on is None:
            return WLAN.up[0]
        WLAN.log.append("active %s" % on)
        WLAN.up[0] = on

    def isconnected(self):
        return WLAN.linked[0]

    def status(self):
        return 1000

    def connect(self, name, key):
        if not WLAN.up[0]:
            raise OSError("Wifi Not Started")
        WLAN.log.append("connect " + name)

    def disconnect(self):
        WLAN.log.append("disconnect")

    def ifconfig(self):
        return ("10.0.0.7", "255.255.255.0", "10.0.0.1", "10.0.0.1")


class Datagrams:
    AF_INET = SOCK_DGRAM = 0
    sent = []

    def getaddrinfo(self, host, port):
        return [(0, 0, 0, "", (host, port))]

    def socket(self, *a):
        return self

    def sendto(self, block, address):
        if len(Datagrams.sent) < 1000:
            Datagrams.sent.append(address)

    def close(self):
        WLAN.log.append("socket closed")


machine.freq = freq
machine.UART = UART
if PORT != "rp2":  # a Pico without radio
    network = Machine()
    network.STA_IF = 0
    network.STAT_CONNECTING = 1001
    network.WLAN = WLAN
    sys.modules["network"] = network
    sys.modules["socket"] = Datagrams()
sys.modules["machine"] = machine


def edge(number, level):
    Pin._levels[number] = level
    pin = Pin._all.get(number)
    if pin is None or not pin.trigger & (Pin.IRQ_RISING if level else Pin.IRQ_FALLING):
        return
    if pin.hard:
        micropython.heap_lock()
        try:
            pin.handler(pin)
        finally:
            micropython.heap_unlock()
        return
    try:
        micropython.schedule(pin.handler, pin)
    except RuntimeError:  # the queue is full; a port drops the IRQ silently
        Pin._dropped[0] += 1


def pins():
    answer = {}
    for pin in Pin._all.values():
        answer[str(pin.number)] = {
            "mode": {Pin.IN: "in", Pin.OUT: "out", None: None}[pin.mode],
            "pull": {Pin.PULL_UP: "up", getattr(Pin, "PULL_DOWN", 9): "down", None: None}[pin.pull],
            "level": Pin._levels[pin.number],
            "irq": pin.handler is not None,
            "hard": pin.hard,
            "trigger": pin.trigger,
        }
    written = [b for b in Pin._log[: Pin._logged[0]]]
    return json.dumps({"pins": answer, "written": written, "dropped": Pin._dropped[0], "gc": gc.isenabled(), "timer": Timer.running and Timer.running.plan, "hz": clock[0], "uart": UART.log, "uartSent": UART.sent[0], "wlan": WLAN.log})


bench.edge = edge
bench.pins = pins
bench.tick = tick
