# latencylab target/clock 1
# The processor's clock for the time of a run: docs/loads.md.
class LLClock:
    def __init__(self):
        self.usual_hz = ll_board("READY")["hz"]

    def begin(self, hz):
        try:
            machine.freq(hz)
        except Exception as e:
            raise ValueError("cpu_hz: %s: %s" % (type(e).__name__, e))
        time.sleep_ms(2)

    # What kept the former clock from coming back, or None.
    def end(self):
        try:
            machine.freq(self.usual_hz)
        except Exception as e:
            return "cpu_hz: %s" % e
