# latencylab target/toggle_viper 1
# A burst of writes to the chip's own registers. Address and mask come in cells, since viper takes no literal above
# 2^30; on every chip the word after SET is CLR.
from array import array

ll_toggle_cells = array("I", [0, 0])  # SET register, mask


@micropython.viper
def ll_toggle_viper(pin, periods: int):
    cells = ptr32(ll_toggle_cells)
    port = ptr32(cells[0])
    mask = cells[1]
    while periods:
        port[0] = mask
        port[1] = mask
        periods -= 1


ll_toggles["viper"] = ll_toggle_viper
