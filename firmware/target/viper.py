# latencylab target/viper 1
# The handler on the chip's own registers: on every chip the word after SET is CLR. Address and mask come in cells,
# since viper takes no literal above 2^30 and no closure.
from array import array

ll_viper_cells = array("I", [0, 0, 0])  # address of SET, mask, callbacks


@micropython.viper
def ll_viper(pin):
    cells = ptr32(ll_viper_cells)
    port = ptr32(cells[0])
    mask = cells[1]
    port[0] = mask
    port[1] = mask
    cells[2] = cells[2] + 1
