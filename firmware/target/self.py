# latencylab target/self 1
# The irq test timed by the board itself: docs/protocol.md section 2.6. One wire leads from the stimulus pin to the pin
# with the interrupt. From the first to the last stimulus of a batch nothing allocates, since the garbage collector is
# off; stamps are small integers in cells that exist before. A batch is sent in a pause of its own.
LL_BATCH = 12  # a line of 12 stimuli has less than 1024 bytes, whatever the numbers are
LL_READS = 64


# The stamp is the first thing that a handler does; what follows it costs the next one, not this one.
# cells: calls since the stimulus, stamps of the first three of them, calls in all.
def ll_stamp(ticks, cells):
    def handler(pin):
        now = ticks()
        calls = cells[0] + 1
        cells[0] = calls
        if calls < 4:
            cells[calls] = now
        cells[4] += 1

    return handler


# The finest clock of the board, its rate, its name. ticks_cpu counts cycles on some ports, microseconds on others, and
# on some chips it may stand still while the processor waits: only one that keeps pace with ticks_us over a sleep will do.
def ll_clock():
    us = time.ticks_us
    hz = machine.freq()
    hz = hz if isinstance(hz, int) else hz[0]
    cpu = getattr(time, "ticks_cpu", None)
    if cpu:
        begun_us = us()
        begun = cpu()
        time.sleep_ms(20)
        counted = time.ticks_diff(cpu(), begun)
        awaited = time.ticks_diff(us(), begun_us) * (hz // 1000000)
        if abs(counted - awaited) * 20 < awaited:
            return cpu, hz, "ticks_cpu"
    return us, 1000000, "ticks_us"


# Random times in microseconds, from the generator of docs/protocol.md section 4, one state each. Its numbers don't fit
# small integers, so this allocates.
def ll_gaps(gaps, state, least, width):
    for i in range(LL_BATCH):
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        gaps[i] = least + ((state >> 8) * width >> 24)
    return state


def ll_wait(us, spin):
    if spin:
        ticks = time.ticks_us
        diff = time.ticks_diff
        begun = ticks()
        while diff(ticks(), begun) < us:
            pass
    else:
        time.sleep_ms(us // 1000)
        time.sleep_us(us % 1000)


# What reading the clock costs, and reading it around a write that changes nothing: sums over LL_READS turns, since one
# tick may be longer than either.
def ll_costs(ticks, write, level):
    diff = time.ticks_diff
    reads = writes = 0
    for _ in range(LL_READS):
        begun = ticks()
        reads += diff(ticks(), begun)
        begun = ticks()
        write(level)
        writes += diff(ticks(), begun)
    return reads, writes


def ll_self(a):
    Pin = machine.Pin
    nonce = a["nonce"]
    irq = a["irq"]
    trigger = {
        "rising": Pin.IRQ_RISING,
        "falling": Pin.IRQ_FALLING,
        "both": Pin.IRQ_RISING | Pin.IRQ_FALLING,
    }[irq]
    hard = a["handler"] == "hard"
    if not hard and a["handler"] != "bytecode":
        raise ValueError("unknown handler " + a["handler"])
    spin = a.get("idle", "sleep") == "spin"
    count = a["count"]
    least, width = a["gap"]
    pulse_us = a["pulse"]
    window_us = a["window"]
    both = irq == "both"
    rest = 1 if irq == "falling" else 0
    cells = [0] * 5
    gaps = [0] * LL_BATCH
    rows = [0] * (7 * LL_BATCH)
    us = time.ticks_us
    ms = time.ticks_ms
    diff = time.ticks_diff
    sleep_ms = time.sleep_ms
    line = None
    armed = False
    errors = 0
    reason = "error"
    begun_ms = ms()
    try:
        line = ll_input(a["pin"])
        write = Pin(a["stimulus_pin"], Pin.OUT, value=rest).value
        ticks, hz, name = ll_clock()
        handler = ll_stamp(ticks, cells)
        host = LLHost(a["seconds"])
        word = host.word
        ready = ll_board("READY")
        ready["nonce"] = nonce
        ready["tick_hz"] = hz
        ready["ticks"] = name
        ready["reads"], ready["writes"] = ll_costs(ticks, write, rest)
        ready["turns"] = LL_READS
        ll_line(ready)
        del ready
        if hard:  # only then: the ESP32 refuses the keyword itself
            line.irq(handler=handler, trigger=trigger, hard=True)
        else:
            line.irq(handler=handler, trigger=trigger)
        ll_line({"t": "ARMED", "nonce": nonce})
        sleep_ms(100)  # the line is out of the UART before anything is measured
        cells[4] = 0
        begun_ms = host.last_ms = ms()
        armed = True
        reason = None
        state = a["seed"] or 0x9E3779B9
        done = 0
        level = 1 - rest
        while reason is None and done < count:
            state = ll_gaps(gaps, state, least, width)
            gc.collect()
            gc.disable()
            turn = 0
            while turn < LL_BATCH and done + turn < count:
                cells[0] = 0
                rows[7 * turn] = diff(ms(), begun_ms)
                begun_us = us()
                begun = ticks()
                write(level)
                # The answer usually comes before this line; a missed one is waited for.
                while not cells[0] and diff(us(), begun_us) < window_us:
                    if not spin:
                        sleep_ms(1)
                down = 0
                if both:
                    level = 1 - level
                else:
                    ll_wait(pulse_us, True)
                    write(rest)
                    down = diff(ticks(), begun)
                ll_wait(gaps[turn], spin)
                at = 7 * turn
                calls = cells[0]
                rows[at + 1] = begun
                rows[at + 2] = down
                rows[at + 3] = calls
                rows[at + 4] = diff(cells[1], begun)
                rows[at + 5] = diff(cells[2], begun)
                rows[at + 6] = diff(cells[3], begun)
                turn += 1
                reason = word()
                if reason:
                    break
            gc.enable()
            sent = []
            for i in range(turn):
                sent += rows[7 * i : 7 * i + 4 + min(rows[7 * i + 3], 3)]
            ll_line({"t": "STAMPS", "nonce": nonce, "first": done, "rows": sent})
            sent = None
            done += turn
            sleep_ms(100)  # 1024 bytes take 89 ms at 115200 baud
        if reason is None:
            reason = "done"
    except KeyboardInterrupt:
        reason = "interrupt"
        raise
    except Exception:
        errors += 1
        raise
    finally:
        ll_hush()
        try:
            if line:
                line.irq(handler=None)
        except Exception:
            errors += 1
        for _ in range(64):  # callbacks that still wait run at these jumps
            pass
        gc.enable()
        for number in (a["stimulus_pin"], a["pin"]):
            try:
                ll_input(number)
            except Exception:
                errors += 1
        if armed:
            ll_line(
                {
                    "t": "DONE",
                    "nonce": nonce,
                    "callbacks": cells[4],
                    "errors": errors,
                    "reason": reason or "error",
                    "us": diff(ms(), begun_ms) * 1000,
                }
            )
        gc.collect()
        micropython.kbd_intr(3)


def ll_self_clock(a):
    _, hz, name = ll_clock()
    ll_line({"t": "CLOCK", "tick_hz": hz, "ticks": name})


ll_calls["self"] = ll_self
ll_calls["self_clock"] = ll_self_clock
