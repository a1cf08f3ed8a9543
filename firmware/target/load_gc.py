# latencylab target/load_gc 1
# A garbage collection each round of the main loop, among objects as a small application has them. The run keeps the
# automatic collector off; asking for a collection works all the same.
class LLLoadGc:
    busy = False

    def begin(self, a):
        gc.collect()
        # An eighth of the heap at most, in small objects that the collector has to follow.
        self.live = [[0] for _ in range(min(gc.mem_free() // 384, 400))]

    def turn(self):
        for _ in range(16):
            [0] * 8
        gc.collect()
        self.work += 1

    def end(self):
        self.live = None


ll_loads["gc"] = LLLoadGc
