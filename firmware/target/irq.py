# latencylab target/irq 1
# The irq test: docs/protocol.md section 2.3. Nothing here allocates between ARMED and DONE, since the
# garbage collector is off; counts are small integers in cells that exist before.
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


# Handler, the cells that hold its count, and which of them.
def ll_handler(a, response, faults):
    kind = a["handler"]
    write = response.value
    if kind == "viper":
        ll_viper_cells[0], ll_viper_cells[1] = a["set"]
        return ll_viper, ll_viper_cells, 2
    count = [0]
    if kind == "native":
        return ll_native(write, count), count, 0
    if kind == "bytecode" or kind == "hard":
        return ll_bytecode(write, count), count, 0
    if kind == "script":
        return ll_scripted(response, count, faults), count, 0
    raise ValueError("unknown handler " + kind)


def ll_irq(a):
    Pin = machine.Pin
    nonce = a["nonce"]
    # Trigger constants have other numbers on each port.
    trigger = {
        "rising": Pin.IRQ_RISING,
        "falling": Pin.IRQ_FALLING,
        "both": Pin.IRQ_RISING | Pin.IRQ_FALLING,
    }[a["irq"]]
    idle = a.get("idle", "sleep")
    if idle != "sleep" and idle != "spin":
        raise ValueError("unknown idle " + idle)
    armed = False
    errors = 0
    faults = [0, None]  # what the user's own handler raised: how often, and the first one
    reason = "error"
    stimulus = clock = loads = left = None
    pause_ms = 10
    try:
        stimulus = ll_input(a["pin"])
        response = Pin(a["response_pin"], Pin.OUT, value=0)
        if a.get("cpu_hz"):
            clock = LLClock()
            clock.begin(a["cpu_hz"])
        handler, count, cell = ll_handler(a, response, faults)
        if a.get("load", "none") != "none":
            loads = LLLoads(a)
            pause_ms = loads.pause_ms
        host = LLHost(a["seconds"])
        sleep_ms = time.sleep_ms
        word = host.word
        armed_text = ll_text({"t": "ARMED", "nonce": nonce})
        ready = ll_board("READY")
        ready["nonce"] = nonce
        ll_line(ready)
        if a["handler"] == "hard":  # only then: the ESP32 refuses the keyword itself
            stimulus.irq(handler=handler, trigger=trigger, hard=True)
        else:
            stimulus.irq(handler=handler, trigger=trigger)
        del ready
        gc.collect()
        gc.disable()
        count[cell] = 0
        begun_ms = host.last_ms = time.ticks_ms()
        armed = True
        print(armed_text)
        reason = None
        if idle == "sleep":
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
    except KeyboardInterrupt:
        reason = "interrupt"
        raise
    except Exception:
        errors += 1
        raise
    finally:
        ll_hush()
        try:
            if stimulus:
                stimulus.irq(handler=None)
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
        for number in (a["pin"], a["response_pin"]):
            try:
                ll_input(number)
            except Exception:
                errors += 1
        if armed:
            done = {
                "t": "DONE",
                "nonce": nonce,
                "callbacks": count[cell],
                "errors": errors,
                "reason": reason or "error",
                "us": took_us,
            }
            if loads:
                done["load"] = loads.work()
                done["load_fault"] = loads.fault
            if left:
                done["left"] = left
            if faults[0]:
                done["raised"] = faults[0]
                done["fault"] = ll_fault(faults[1], ll_source[0])
            ll_line(done)
        gc.collect()
        micropython.kbd_intr(3)


ll_calls["irq"] = ll_irq
