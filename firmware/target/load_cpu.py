# latencylab target/load_cpu 1
# Calls of C code, one after the other without a sleep: a callback waits for the end of the one that runs, since none
# is taken inside of it. Allocates nothing.
class LLLoadCpu:
    busy = True

    def begin(self, a):
        self.block = bytes(64)

    def turn(self):
        block = self.block
        turns = 100  # some 10 ms between two looks at stdin
        while turns:
            turns -= 1
            sum(block)
        self.work += 1

    def end(self):
        pass


ll_loads["cpu"] = LLLoadCpu
