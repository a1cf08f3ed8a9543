# latencylab target/toggle_native 1
# The value() burst of target/toggle as machine code.
@micropython.native
def ll_toggle_native(pin, periods):
    while periods:
        pin.value(1)
        pin.value(0)
        periods -= 1


ll_toggles["native"] = ll_toggle_native
