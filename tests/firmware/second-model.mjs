// Runs edge trains through the PIO of rp2040js, a model that others wrote: node second-model.mjs < {"words", "wrap_target", "wrap", "trains": [[cycle, …], …]}
// prints a JSON list of the words stored for each train. rp2040js has no synchroniser, so the level is given two cycles late.
import fs from 'node:fs';
import { RP2040 } from 'rp2040js';

const PIN = 2, INPUT_ENABLE = 0x40, SM0 = 0xc8, EXECCTRL = 4, SHIFTCTRL = 8, INSTR_MEM = 0x48;
const { words, wrap_target, wrap, trains } = JSON.parse(fs.readFileSync(0, 'utf8'));

console.log(JSON.stringify(trains.map(edges => {
  const { pio: [pio], gpio } = new RP2040();
  const machine = pio.machines[0];
  words.forEach((word, i) => pio.writeUint32(INSTR_MEM + 4 * i, word));
  pio.writeUint32(SM0 + EXECCTRL, PIN << 24 | wrap << 12 | wrap_target << 7);
  pio.writeUint32(SM0 + SHIFTCTRL, 1 << 16); // autopush at 32, shift left
  gpio[PIN].padValue |= INPUT_ENABLE;
  const stored = [];
  let next = 0;
  for (let cycle = 0; cycle < edges[edges.length - 1] + 40; cycle++) {
    if (edges[next] + 2 === cycle) gpio[PIN].setInputValue(++next % 2 === 1);
    machine.step();
    while (!machine.rxFIFO.empty) stored.push(machine.readFIFO());
  }
  return stored;
})));
