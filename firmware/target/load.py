# latencylab target/load 1
# What keeps the target busy while it is measured: docs/loads.md. A load has begin, turn, end and the count of its
# work; turn is called once in each round of the main loop. Whatever begin has changed, end puts back, also after half
# a begin.
ll_loads = {}


class LLLoads:
    def __init__(self, a):
        self.loads = []
        self.fault = None  # what ended a load before the run did
        self.turns = 0
        self.pause_ms = 10
        for name in a["load"].split(","):
            if name not in ll_loads:
                self.end()
                raise ValueError("unknown load " + name)
            load = ll_loads[name]()
            load.name = name
            load.work = 0
            load.alive = True
            self.loads.append(load)
            try:
                load.begin(a)
            except BaseException as e:
                self.end()
                if not isinstance(e, Exception):
                    raise
                raise ValueError("load %s: %s: %s" % (name, type(e).__name__, e))
            if load.busy:
                self.pause_ms = 0

    def turn(self):
        for load in self.loads:
            if load.alive:
                try:
                    load.turn()
                except Exception as e:
                    load.alive = False
                    self.fault = ("%s: %s: %s" % (load.name, type(e).__name__, e))[:160]
        # The collector is off while armed; what a port's driver allocates now and then must not fill the heap.
        self.turns += 1
        if not self.turns & 63 and gc.mem_free() < 4096:
            gc.collect()

    # What could not be put back, or None.
    def end(self):
        left = None
        for load in self.loads:
            try:
                load.end()
            except Exception as e:
                left = ("%s: %s: %s" % (load.name, type(e).__name__, e))[:160]
        return left

    def work(self):
        return {load.name: load.work for load in self.loads}
