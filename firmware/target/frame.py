# latencylab target/frame 1
# What stands around a test: READY, ARMED, silence, DONE, and everything undone (docs/protocol.md sections 2.3 and 2.5).
# Besides what it inherits a test has open(a) (all that may be refused or allocates; answers what READY says besides)
# and loop(host, loads) (until a word of the host ends it; answers why).
class LLTest:
    def __init__(self, *pins):
        self.pins = pins  # inputs again at the end
        self.count = [0, 0]  # callbacks, errors

    def arm(self):
        pass

    def close(self):
        pass

    # What DONE says of the test, when nothing is under way any more.
    def done(self):
        return {"callbacks": self.count[0], "errors": self.count[1]}


# Nothing here allocates between ARMED and DONE, since the garbage collector is off.
def ll_frame(a, kind):
    nonce = a["nonce"]
    test = kind(a)
    armed = False
    errors = 0
    reason = "error"
    clock = loads = left = None
    try:
        if a.get("cpu_hz"):
            clock = LLClock()
            clock.begin(a["cpu_hz"])
        host = LLHost(a["seconds"])
        armed_text = ll_text({"t": "ARMED", "nonce": nonce})
        ready = test.open(a)
        if a.get("load", "none") != "none":
            loads = LLLoads(a)
        ready.update(ll_board("READY"))
        ready["nonce"] = nonce
        ll_line(ready)
        del ready
        gc.collect()
        gc.disable()
        test.arm()
        begun_ms = host.last_ms = time.ticks_ms()
        armed = True
        print(armed_text)
        reason = test.loop(host, loads)
    except KeyboardInterrupt:
        reason = "interrupt"
        raise
    except Exception:
        errors += 1
        raise
    finally:
        ll_hush()
        try:
            test.close()
        except Exception:
            errors += 1
        for _ in range(64):  # callbacks that still wait run at these jumps
            pass
        if armed:
            took_us = time.ticks_diff(time.ticks_ms(), begun_ms) * 1000
        gc.enable()
        if loads:
            left = loads.end()
        if clock:
            left = clock.end() or left
        for number in test.pins:
            try:
                ll_input(number)
            except Exception:
                errors += 1
        if armed:
            done = test.done()
            done["errors"] += errors
            done.update({"t": "DONE", "nonce": nonce, "reason": reason or "error", "us": took_us})
            if loads:
                done["load"] = loads.work()
                done["load_fault"] = loads.fault
            if left:
                done["left"] = left
            ll_line(done)
        gc.collect()
        micropython.kbd_intr(3)


# Trigger constants have other numbers on each port.
def ll_trigger(edge):
    Pin = machine.Pin
    return {
        "rising": Pin.IRQ_RISING,
        "falling": Pin.IRQ_FALLING,
        "both": Pin.IRQ_RISING | Pin.IRQ_FALLING,
    }[edge]


def ll_listen(pin, handler, trigger, hard):
    if hard:  # only then: the ESP32 refuses the keyword itself
        pin.irq(handler=handler, trigger=trigger, hard=True)
    else:
        pin.irq(handler=handler, trigger=trigger)


# The main loop of a test that works in callbacks. The loads have their turn here.
def ll_idle(host, idle, loads):
    reason = None
    word = host.word
    if idle == "sleep":
        sleep_ms = time.sleep_ms
        pause_ms = loads.pause_ms if loads else 10
        while reason is None:
            sleep_ms(pause_ms)
            if loads:
                loads.turn()
            reason = word()
    else:
        while reason is None:
            turns = 5000  # tens of ms between two looks at stdin
            while turns:
                turns -= 1
            if loads:
                loads.turn()
            reason = word()
    return reason


def ll_idle_of(a):
    idle = a.get("idle", "sleep")
    if idle != "sleep" and idle != "spin":
        raise ValueError("unknown idle " + idle)
    return idle
