# latencylab target/timer 1
# The timer test: a periodic machine.Timer whose callback answers with a pulse (docs/protocol.md section 2.5).


def ll_timer_bytecode(write, count):
    def handler(timer):
        write(1)
        write(0)
        count[0] += 1

    return handler


# A hardware timer where the port has one: the virtual timers of the ESP32 know whole milliseconds only and take
# `period` for them whatever tick_hz says. rp2 has no other than -1; the ESP8266 takes any number.
def ll_timer_of():
    for number in (0, -1):
        try:
            return number, machine.Timer(number)
        except (ValueError, OSError) as e:
            failed = e
    raise failed


class LLTimer(LLTest):
    def __init__(self, a):
        LLTest.__init__(self, a["response_pin"])
        self.timer = None
        self.cells = self.count
        self.cell = 0

    def open(self, a):
        kind = a["handler"]
        self.idle = ll_idle_of(a)
        write = machine.Pin(a["response_pin"], machine.Pin.OUT, value=0).value
        if kind == "viper":
            ll_viper_cells[0], ll_viper_cells[1] = a["set"]
            handler = ll_viper
            self.cells, self.cell = ll_viper_cells, 2
        elif kind == "native":
            handler = ll_native(write, self.count)
        elif kind == "bytecode" or kind == "hard":
            handler = ll_timer_bytecode(write, self.count)
        else:
            raise ValueError("unknown handler " + kind)
        self.plan = {"mode": machine.Timer.PERIODIC, "period": a["period_us"], "tick_hz": 1000000, "callback": handler}
        if kind == "hard":  # only then: most ports don't know the word
            self.plan["hard"] = True
        number, self.timer = ll_timer_of()
        return {"timer": number}

    def arm(self):
        self.cells[self.cell] = 0
        self.timer.init(**self.plan)

    def loop(self, host, loads):
        return ll_idle(host, self.idle, loads)

    def close(self):
        if self.timer:
            self.timer.deinit()

    def done(self):
        return {"callbacks": self.cells[self.cell], "errors": 0}


def ll_timer(a):
    ll_frame(a, LLTimer)


ll_calls["timer"] = ll_timer
