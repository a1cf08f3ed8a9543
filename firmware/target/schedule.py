# latencylab target/schedule 1
# The schedule test: an interrupt raises the response and calls micropython.schedule, the scheduled function lowers it
# (docs/protocol.md section 2.5). The response is high for as long as a scheduled function waits to be called.
try:
    micropython.alloc_emergency_exception_buf(100)  # a full queue is told by an exception, also in a hard handler
except AttributeError:
    pass


# count: functions that ran, interrupts that found the queue full.
def ll_scheduling(write, count, schedule):
    def function(_):
        write(0)
        count[0] += 1

    def handler(pin):
        write(1)
        try:
            schedule(function, 0)
        except RuntimeError:
            write(0)
            count[1] += 1

    return handler


class LLSchedule(LLTest):
    def __init__(self, a):
        LLTest.__init__(self, a["pin"], a["response_pin"])
        self.stimulus = None

    def open(self, a):
        kind = a["handler"]
        if kind != "hard" and kind != "bytecode":
            raise ValueError("unknown handler " + kind)
        self.hard = kind == "hard"
        self.idle = ll_idle_of(a)
        self.trigger = ll_trigger(a["irq"])
        write = machine.Pin(a["response_pin"], machine.Pin.OUT, value=0).value
        self.handler = ll_scheduling(write, self.count, micropython.schedule)
        self.stimulus = ll_input(a["pin"])
        return {}

    def arm(self):
        ll_listen(self.stimulus, self.handler, self.trigger, self.hard)
        self.count[0] = self.count[1] = 0

    def loop(self, host, loads):
        return ll_idle(host, self.idle, loads)

    def close(self):
        if self.stimulus:
            self.stimulus.irq(handler=None)


def ll_schedule(a):
    ll_frame(a, LLSchedule)


ll_calls["schedule"] = ll_schedule
