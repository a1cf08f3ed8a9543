# latencylab target/frame 1
# What stands around a test: READY, ARMED, silence, DONE, and everything undone (docs/protocol.md section 2.5). A test
# has `pins` (inputs again at the end), `count` (cells, the first one is DONE's callbacks, the second one its errors),
# open() (all that may be refused or allocates; answers what READY says besides), arm(), loop(host) and close().
def ll_frame(a, test):
    nonce = a["nonce"]
    armed = False
    errors = 0
    reason = "error"
    try:
        host = LLHost(a["seconds"])
        armed_text = ll_text({"t": "ARMED", "nonce": nonce})
        ready = ll_board("READY")
        ready["nonce"] = nonce
        ready.update(test.open(a))
        ll_line(ready)
        del ready
        gc.collect()
        gc.disable()
        test.arm()
        begun_ms = host.last_ms = time.ticks_ms()
        armed = True
        print(armed_text)
        reason = test.loop(host)
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
        gc.enable()
        for number in test.pins:
            try:
                ll_input(number)
            except Exception:
                errors += 1
        if armed:
            ll_line(
                {
                    "t": "DONE",
                    "nonce": nonce,
                    "callbacks": test.count[0],
                    "errors": errors + test.count[1],
                    "reason": reason or "error",
                    "us": time.ticks_diff(time.ticks_ms(), begun_ms) * 1000,
                }
            )
        gc.collect()
        micropython.kbd_intr(3)


# The main loop of a test that works in callbacks, as in the irq test.
def ll_idle(host, idle):
    reason = None
    word = host.word
    if idle == "sleep":
        sleep_ms = time.sleep_ms
        while reason is None:
            sleep_ms(10)
            reason = word()
    else:
        while reason is None:
            turns = 5000  # tens of ms between two looks at stdin
            while turns:
                turns -= 1
            reason = word()
    return reason


def ll_idle_of(a):
    idle = a.get("idle", "sleep")
    if idle != "sleep" and idle != "spin":
        raise ValueError("unknown idle " + idle)
    return idle
