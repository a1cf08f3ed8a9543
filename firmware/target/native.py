# latencylab target/native 1
# The bytecode handler of target/irq as machine code. Callbacks are taken only between bytecodes, so it returns at once.
def ll_native(write, count):
    @micropython.native
    def handler(pin):
        write(1)
        write(0)
        count[0] += 1

    return handler
