# latencylab target/load_uart 1
# A second UART that sends at 115200 baud without a pause: once its buffer is full, a write waits for room, 87 us a
# byte, or takes a part or nothing at all (rp2: None), so work is counted by what was taken. The host names UARTs with
# pins that the plan leaves free; the first one that the port accepts is used.
class LLLoadUart:
    busy = True
    uart = pins = None

    def begin(self, a):
        failed = None
        for number, tx, rx in a["uart"]:
            self.pins = [p for p in (tx, rx) if p is not None]
            try:
                if rx is None:  # ESP8266: UART 1 has no choice of pins
                    self.uart = machine.UART(number, 115200)
                else:
                    self.uart = machine.UART(number, 115200, tx=tx, rx=rx)
                break
            except Exception as e:
                failed = e
        if self.uart is None:
            raise failed or ValueError("no UART with free pins")
        self.block = b"LatencyLab"
        self.taken = 0
        self.write = self.uart.write

    def turn(self):
        taken = self.write(self.block)
        if taken:
            self.taken += taken
            self.work = self.taken // 10

    def end(self):
        if self.uart is not None:
            if hasattr(self.uart, "deinit"):  # rp2 before 1.20 has none
                self.uart.deinit()
            self.uart = None
        for number in self.pins or ():
            ll_input(number)


ll_loads["uart"] = LLLoadUart
