# A PIO assembler of the tests' own, after RP2040 datasheet 3.4: only what the two programs use. It stands in for
# MicroPython's rp2.asm_pio, so that the programs are assembled from the script itself by a second hand.
from array import array


class PIO:
    SHIFT_LEFT = 0
    SHIFT_RIGHT = 1
    JOIN_NONE = 0
    JOIN_TX = 1
    JOIN_RX = 2
    OUT_LOW = 2


_SOURCES = {"pins": 0, "x": 1, "y": 2, "null": 3, "isr": 6, "osr": 7}
_CONDITIONS = {"x_dec": 2, "y_dec": 4, "pin": 6}


class Assembler:
    def __init__(self, options):
        self.options = options
        self.labels = {}
        self.words = []
        self.target = 0
        self.end = None

    def emit(self, word):
        self.words.append(word)

    def label(self, name):
        self.labels[name] = len(self.words)

    def wrap_target(self):
        self.target = len(self.words)

    def wrap(self):
        self.end = len(self.words) - 1

    def jmp(self, condition, label=None):
        if label is None:
            condition, label = 0, condition
        self.emit(condition << 5 | self.labels.get(label, 0))

    def in_(self, source, bits):
        self.emit(0x4000 | source << 5 | bits & 31)

    def pull(self, block):
        self.emit(0x8080 | block << 5)

    def mov(self, to, source):
        self.emit(0xA000 | to << 5 | source)

    def set(self, to, value):
        self.emit(0xE000 | to << 5 | value)

    def names(self):
        names = dict(_SOURCES)
        names.update(_CONDITIONS)
        names.update({"invert": lambda source: source | 1 << 3, "block": 1})
        for name in ("label", "wrap_target", "wrap", "jmp", "in_", "pull", "mov", "set"):
            names[name] = getattr(self, name)
        return names


def asm_pio(**options):
    def assemble(program):
        a = Assembler(options)
        names = a.names()
        namespace = program.__globals__
        hidden = {name: namespace[name] for name in names if name in namespace}
        namespace.update(names)
        program()  # finds the labels
        a.words = []
        program()
        for name in names:
            del namespace[name]
        namespace.update(hidden)
        # Like MicroPython's list: words, then the cached offsets in PIO 0 and 1.
        return [array("H", a.words), -1, -1, {"wrap_target": a.target, "wrap": a.end, "options": options}]

    return assemble
