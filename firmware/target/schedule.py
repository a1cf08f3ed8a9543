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


class LLSchedule:
    def __init__(self, a):
        self.pins = (a["pin"], a["response_pin"])
        self.count = [0, 0]
        self.stimulus = None

    def open(self, a):
        Pin = machine.Pin
        kind = a["handler"]
        if kind != "hard" and kind != "bytecode":
            raise ValueError("unknown handler " + kind)
        self.hard = kind == "hard"
        self.idle = ll_idle_of(a)
        # Trigger constants have other numbers on each port.
        self.trigger = {
            "rising": Pin.IRQ_RISING,
            "falling": Pin.IRQ_FALLING,
            "both": Pin.IRQ_RISING | Pin.IRQ_FALLING,
        }[a["irq"]]
        write = Pin(a["response_pin"], Pin.OUT, value=0).value
        self.handler = ll_scheduling(write, self.count, micropython.schedule)
        self.stimulus = ll_input(a["pin"])
        return {}

    def arm(self):
        if self.hard:  # only then: the ESP32 refuses the keyword itself
            self.stimulus.irq(handler=self.handler, trigger=self.trigger, hard=True)
        else:
            self.stimulus.irq(handler=self.handler, trigger=self.trigger)
        self.count[0] = self.count[1] = 0

    def loop(self, host, loads):
        return ll_idle(host, self.idle, loads)

    def close(self):
        if self.stimulus:
            self.stimulus.irq(handler=None)


def ll_schedule(a):
    ll_frame(a, LLSchedule(a))


ll_calls["schedule"] = ll_schedule
