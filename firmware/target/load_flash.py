# latencylab target/load_flash 1
# Rewrites a file of 4 KiB, so that the flash erases and programs a sector each time. At most 200 times a run, spread
# over it, because flash wears; the file is removed afterwards. A file of that name that isn't ours is left alone.
import os

LL_FLASH_NAME = "latencylab.tmp"
LL_FLASH_MARK = b"latencylab load: may be removed\n"


class LLLoadFlash:
    busy = False
    file = None
    ours = False

    def begin(self, a):
        self.left = 200
        self.step_ms = max(int(a["seconds"] * 5), 50)
        self.block = bytearray(512)
        self.block[: len(LL_FLASH_MARK)] = LL_FLASH_MARK
        try:
            with open(LL_FLASH_NAME, "rb") as f:
                if f.read(len(LL_FLASH_MARK)) != LL_FLASH_MARK:
                    raise ValueError("a file latencylab.tmp is there")
        except OSError:
            pass
        self.ours = True
        self.file = open(LL_FLASH_NAME, "wb")
        self.next_ms = time.ticks_ms()
        self.put()

    def put(self):
        f = self.file
        f.seek(0)
        for _ in range(8):
            f.write(self.block)
        f.flush()
        self.left -= 1
        self.work += 1
        self.next_ms = time.ticks_add(self.next_ms, self.step_ms)

    def turn(self):
        if self.left and time.ticks_diff(time.ticks_ms(), self.next_ms) >= 0:
            self.put()

    def end(self):
        if self.file is not None:
            self.file.close()
            self.file = None
        if self.ours:
            os.remove(LL_FLASH_NAME)


ll_loads["flash"] = LLLoadFlash
