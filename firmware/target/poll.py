# latencylab target/poll 1
# The poll test: no interrupt, a loop that looks at the pin and answers (docs/protocol.md section 2.5).


# Response high and low as soon as the pin has this level, at most `turns` looks. True when it came.
def ll_poll_bytecode(read, write, count):
    def answer(level, turns):
        while turns:
            if read() == level:
                write(1)
                write(0)
                count[0] += 1
                return True
            turns -= 1
        return False

    return answer


class LLPoll(LLTest):
    def __init__(self, a):
        LLTest.__init__(self, a["pin"], a["response_pin"])
        self.viper = False

    # The level whose coming is answered; 2: both.
    def open(self, a):
        self.asks = {"rising": 1, "falling": 0, "both": 2}[a["irq"]]
        kind = a["handler"]
        self.read = ll_input(a["pin"]).value
        write = machine.Pin(a["response_pin"], machine.Pin.OUT, value=0).value
        # Looks until the host is heard again: below a second on every port, since native and viper code holds up
        # everything else, watchdogs too.
        if kind == "viper":
            ll_poll_cells[0], ll_poll_cells[1] = a["in"]
            ll_poll_cells[2], ll_poll_cells[3] = a["set"]
            self.viper = True
            self.answer, self.turns = ll_poll_viper, 200000
        elif kind == "native":
            self.answer, self.turns = ll_poll_native(self.read, write, self.count), 10000
        elif kind == "bytecode":
            self.answer, self.turns = ll_poll_bytecode(self.read, write, self.count), 5000
        else:
            raise ValueError("unknown handler " + kind)
        return {}

    def arm(self):
        if self.viper:
            ll_poll_cells[4] = 0
        else:
            self.count[0] = 0

    # Looks at the host where it can't disturb: after an answer, when the next stimulus is a gap away, and when
    # nothing has come for long.
    def loop(self, host, loads):
        word = host.word
        read = self.read
        answer = self.answer
        asks = self.asks
        turns = self.turns
        ticks_ms = time.ticks_ms
        diff = time.ticks_diff
        level = read() ^ 1
        looked_ms = ticks_ms()
        while True:
            if asks == 2 or asks == level:
                came = answer(level, turns)
            else:
                came = False
                left = 5000
                while left:
                    left -= 1
                    if read() == level:
                        came = True
                        break
            if came:
                level ^= 1
            if not came or diff(ticks_ms(), looked_ms) >= 100:
                reason = word()
                if reason:
                    return reason
                looked_ms = ticks_ms()

    def close(self):
        if self.viper:
            self.count = [ll_poll_cells[4], 0]


def ll_poll(a):
    ll_frame(a, LLPoll)


ll_calls["poll"] = ll_poll
