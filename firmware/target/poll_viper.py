# latencylab target/poll_viper 1
# The loop of target/poll on the chip's own registers. Addresses and masks come in cells, since viper takes no literal
# above 2^30 and no closure; on every chip the word after SET is CLR.
from array import array

ll_poll_cells = array("I", [0, 0, 0, 0, 0, 0])  # IN register, its mask, SET register, its mask, answers, errors


@micropython.viper
def ll_poll_viper(level: int, turns: int) -> int:
    cells = ptr32(ll_poll_cells)
    source = ptr32(cells[0])
    bit = cells[1]
    port = ptr32(cells[2])
    mask = cells[3]
    wanted = 0
    if level:
        wanted = bit
    while turns:
        if source[0] & bit == wanted:
            port[0] = mask
            port[1] = mask
            cells[4] = cells[4] + 1
            return 1
        turns -= 1
    return 0
