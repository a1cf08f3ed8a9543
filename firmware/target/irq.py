# latencylab target/irq 1
# The irq test: an interrupt's handler answers with a pulse (docs/protocol.md section 2.3). Counts are small integers in
# cells that exist before.
try:
    micropython.alloc_emergency_exception_buf(100)  # readable errors from a hard handler
except AttributeError:
    pass


# What a handler does is the measurement: response high, response low, count. Everything it needs is bound
# before, in a closure, which is quicker than globals and lives without the heap (a hard handler must).
def ll_bytecode(write, count):
    def handler(pin):
        write(1)
        write(0)
        count[0] += 1

    return handler


class LLIrq(LLTest):
    def __init__(self, a):
        LLTest.__init__(self, a["pin"], a["response_pin"])
        self.cells = self.count
        self.cell = 0
        self.faults = [0, None]  # what the user's own handler raised: how often, and the first one
        self.stimulus = None

    def open(self, a):
        kind = a["handler"]
        self.hard = kind == "hard"
        self.idle = ll_idle_of(a)
        self.trigger = ll_trigger(a["irq"])
        self.stimulus = ll_input(a["pin"])
        response = machine.Pin(a["response_pin"], machine.Pin.OUT, value=0)
        if kind == "viper":
            ll_viper_cells[0], ll_viper_cells[1] = a["set"]
            self.handler = ll_viper
            self.cells, self.cell = ll_viper_cells, 2
        elif kind == "native":
            self.handler = ll_native(response.value, self.count)
        elif kind == "bytecode" or kind == "hard":
            self.handler = ll_bytecode(response.value, self.count)
        elif kind == "script":
            self.handler = ll_scripted(response, self.count, self.faults)
        else:
            raise ValueError("unknown handler " + kind)
        return {}

    def arm(self):
        ll_listen(self.stimulus, self.handler, self.trigger, self.hard)
        self.cells[self.cell] = 0

    def loop(self, host, loads):
        return ll_idle(host, self.idle, loads)

    def close(self):
        if self.stimulus:
            self.stimulus.irq(handler=None)

    def done(self):
        said = {"callbacks": self.cells[self.cell], "errors": 0}
        if self.faults[0]:
            said["raised"] = self.faults[0]
            said["fault"] = ll_fault(self.faults[1], ll_source[0])
        return said


def ll_irq(a):
    ll_frame(a, LLIrq)


ll_calls["irq"] = ll_irq
