# latencylab target/poll_native 1
# The bytecode loop of target/poll as machine code.
def ll_poll_native(read, write, count):
    @micropython.native
    def answer(level, turns):
        while turns:
            if read() == level:
                write(1)
                write(0)
                count[0] += 1
                return True
            turns -= 1
        return False

    return answer
