# Virtual time, and the host at the other end of the wire: what the modules time, sys, select and micropython are to a
# board of stubs/pico.py, which says what `plan` may hold.
import sys

real_sys = sys
plan = {}
words = []


# --- time: each look at the clock costs something, sleeping and writing cost what they take -------------------------
class Clock:
    us = 0
    began_us = 0

    def pass_us(self, us):
        self.us += us
        for word in words:
            if word[0] <= self.us - self.began_us and word[1] == "\x03":
                words.remove(word)
                if keyboard.character == 3:
                    raise KeyboardInterrupt


class Keyboard:
    character = 3


clock = Clock()
keyboard = Keyboard()


class Time:
    def ticks_us(self):
        clock.pass_us(25)
        return clock.us & 0x3FFFFFFF

    def ticks_ms(self):
        clock.pass_us(25)
        return clock.us // 1000 & 0x3FFFFFFF

    def sleep_ms(self, ms):
        clock.pass_us(1000 * ms)

    def ticks_diff(self, a, b):
        return ((a - b + 0x20000000) & 0x3FFFFFFF) - 0x20000000

    def ticks_add(self, a, b):
        return a + b & 0x3FFFFFFF


# --- the host's side of the wire -----------------------------------------------------------------------------------
class Stdin:
    def readinto(self, buffer):
        word = words[0]
        buffer[0] = ord(word[1][0])
        word[1] = word[1][1:]
        if not word[1]:
            words.pop(0)
        return 1


class Poll:
    def register(self, stream, mask):
        pass

    def ipoll(self, timeout_ms):
        clock.pass_us(30)
        return [1] if words and words[0][0] <= clock.us - clock.began_us else []


class Stdout:
    wire = []
    turn = 0

    # Takes a part of what it gets, sometimes nothing, and for the length of a stall nothing at all.
    def write(self, data):
        for begin, end in plan.get("stalls", []):
            if begin <= clock.us - clock.began_us < end:
                clock.pass_us(500000)
                return (None, 0, -11)[self.turn % 3]
        self.turn += 1
        if plan.get("short_writes") and self.turn % 3:
            data = data[: (0, 1, 64)[self.turn % 3]]
        clock.pass_us(len(data) * 1000000 // plan.get("bytes_per_s", 100000))
        self.wire.append(bytes(data))
        return len(data)


class Module:
    pass


fake_sys = Module()
fake_sys.platform = "rp2"
fake_sys.version = real_sys.version
fake_sys.stdin = Module()
fake_sys.stdin.buffer = Stdin()
fake_sys.stdout = Module()
fake_sys.stdout.buffer = Stdout()
select = Module()
select.poll = Poll
select.POLLIN = 1
micropython = Module()


def kbd_intr(character):
    keyboard.character = character


micropython.kbd_intr = kbd_intr
