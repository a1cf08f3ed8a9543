# latencylab core 1
# Calls, lines and the ear for the host: docs/protocol.md sections 1 and 2. Both boards get this text: the host puts the
# board's header line and LL_PART, "target" or "sampler", in front of it.
import gc
import json
import machine
import micropython
import select
import sys
import time

try:
    from binascii import crc32
except ImportError:  # ESP8266 builds for small flash chips leave it out

    def crc32(data):
        crc = 0xFFFFFFFF
        for byte in data:
            crc ^= byte
            for _ in range(8):
                crc = (crc >> 1) ^ (0xEDB88320 if crc & 1 else 0)
        return crc ^ 0xFFFFFFFF


ll_calls = {}


def ll_text(answer):
    text = json.dumps(answer)
    return "@LL1 %s*%08x" % (text, crc32(text.encode()))


def ll_line(answer):
    print(ll_text(answer))


def ll(name, arguments="{}"):
    try:
        if name not in ll_calls:
            raise ValueError("unknown call " + name)
        ll_calls[name](json.loads(arguments))
    except Exception as e:
        ll_line({"t": "ERROR", "what": ("%s: %s" % (type(e).__name__, e))[:200]})


def ll_board(kind):
    hz = machine.freq()
    gc.collect()
    return {
        "t": kind,
        "proto": 1,
        "part": LL_PART,
        "port": sys.platform,
        "hz": hz if isinstance(hz, int) else hz[0],
        "free": gc.mem_free(),
    }


def ll_hello(a):
    ll_line(ll_board("HELLO"))


# The pull is always given: on the ESP32 an omitted pull keeps the old one.
def ll_input(number, pull=None):
    return machine.Pin(number, machine.Pin.IN, pull)


def ll_pin(a):
    Pin = machine.Pin
    number = a["pin"]
    if a["mode"] == "out":
        pin = Pin(number, Pin.OUT, value=a.get("value", 0))
    else:
        pull = a.get("pull")
        if pull == "up":
            pull = Pin.PULL_UP
        elif pull == "down":
            pull = Pin.PULL_DOWN  # the ESP8266 has none: AttributeError
        pin = ll_input(number, pull)
    time.sleep_ms(2)
    ll_line({"t": "PIN", "pin": number, "value": pin.value()})


def ll_release(a):
    failed = None
    for number in a["pins"]:
        try:
            ll_input(number)
        except Exception as e:
            failed = e
    if failed:
        raise failed
    ll_line({"t": "RELEASED"})


ll_calls["hello"] = ll_hello
ll_calls["pin"] = ll_pin
ll_calls["release"] = ll_release


# A Ctrl-C in a clean-up would leave it half done; the host sends two. The loop's jumps raise one that waits.
def ll_hush():
    micropython.kbd_intr(-1)
    try:
        for _ in range(64):
            pass
    except KeyboardInterrupt:
        pass


# Hears `stop`, and misses the host: any line keeps the dead man quiet. Allocates nothing, so it may run with
# the garbage collector off.
class LLHost:
    def __init__(self, seconds):
        self.limit_ms = min(int(seconds * 1000) + 10000, 0x1FFFFFFF)
        self.byte = bytearray(1)
        self.read = sys.stdin.buffer.readinto
        self.poll = select.poll()
        self.poll.register(sys.stdin, select.POLLIN)
        self.at = 0  # letters of "stop" seen in this line, 9: another word
        self.lines = 0  # heard so far
        self.last_ms = time.ticks_ms()

    # None while the measurement goes on, else why it ends.
    def word(self):
        reason = None
        waits = True
        while waits:
            waits = False
            for _ in self.poll.ipoll(0):
                waits = self.read(self.byte) == 1
            if waits:
                letter = self.byte[0]
                if letter == 10 or letter == 13:
                    if self.at == 4:
                        reason = "stop"
                    self.at = 0
                    self.lines += 1
                    self.last_ms = time.ticks_ms()
                elif self.at < 4 and letter == b"stop"[self.at]:
                    self.at += 1
                else:
                    self.at = 9
        if reason is None and time.ticks_diff(time.ticks_ms(), self.last_ms) > self.limit_ms:
            reason = "dead man"
        return reason
