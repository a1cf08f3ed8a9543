# latencylab target/toggle 1
# The toggle test: one bounded burst of periods, written as users write them (docs/protocol.md section 2.5). High lasts
# one write; low lasts one write and the loop's turn. Other parts add native and viper.
def ll_toggle_value(pin, periods):
    while periods:
        pin.value(1)
        pin.value(0)
        periods -= 1


def ll_toggle_call(pin, periods):
    while periods:
        pin(1)
        pin(0)
        periods -= 1


def ll_toggle_on_off(pin, periods):
    while periods:
        pin.on()
        pin.off()
        periods -= 1


def ll_toggle_toggle(pin, periods):
    while periods:
        pin.toggle()
        pin.toggle()
        periods -= 1


ll_toggles = {"value": ll_toggle_value, "call": ll_toggle_call, "on-off": ll_toggle_on_off}
if hasattr(machine.Pin, "toggle"):  # since MicroPython 1.25 on the ESP ports
    ll_toggles["toggle"] = ll_toggle_toggle


class LLToggle(LLTest):
    def __init__(self, a):
        LLTest.__init__(self, a["response_pin"])

    def open(self, a):
        variant = a["variant"]
        if variant not in ll_toggles:
            raise ValueError("unknown variant " + variant)
        self.periods = a["periods"]
        if not 1 <= self.periods <= 10000:  # a burst holds up everything else: about a second on the slowest port
            raise ValueError("1 to 10000 periods")
        if variant == "viper":
            ll_toggle_cells[0], ll_toggle_cells[1] = a["set"]
        self.burst = ll_toggles[variant]
        self.pin = machine.Pin(a["response_pin"], machine.Pin.OUT, value=0)
        return {}

    # The first line from the host that isn't `stop` starts the burst: by then the sampler captures.
    def loop(self, host, loads):
        word = host.word
        sleep_ms = time.sleep_ms
        reason = None
        while reason is None and not host.lines:
            sleep_ms(1)
            reason = word()
        if reason:
            return reason
        self.burst(self.pin, self.periods)
        self.count[0] = self.periods
        return ll_idle(host, "sleep", loads)


def ll_toggle(a):
    ll_frame(a, LLToggle)


ll_calls["toggle"] = ll_toggle
