# latencylab target/caps 1
# What the board can do, found by trying: docs/protocol.md section 2.2. A part of its own, so that a test which asks
# first need not hold the irq test too.
def ll_try(source):
    try:
        exec(source, {})
        return True
    except Exception:
        return False


def ll_caps(a):
    Pin = machine.Pin
    try:
        Pin(a.get("pin", 4)).irq(handler=None, hard=True)
        hard = True
    except (TypeError, ValueError, OSError):  # ESP32: no such keyword; ESP8266: no hard ones, on GPIO16 none at all
        hard = False
    ll_line(
        {
            "t": "CAPS",
            "hard": hard,
            "native": ll_try("@micropython.native\ndef f(p):\n return p"),
            "viper": ll_try("@micropython.viper\ndef f(p):\n return p"),
            "pull_down": hasattr(Pin, "PULL_DOWN"),
            "toggle": hasattr(Pin, "toggle"),
        }
    )


ll_calls["caps"] = ll_caps
