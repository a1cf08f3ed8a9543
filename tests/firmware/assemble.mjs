// Assembles the PIO programs out of firmware/sampler/pio.py and prints them as JSON:
// {"edge_ts": {"words": […], "wrap_target": 9, "wrap": 10, "options": {…}}, "stim": …}
import { firmware, interpreter, stub } from './interpreter.mjs';

const board = await interpreter();
board.run('import sys\nclass Module: pass\nmachine = Module(); machine.mem32 = {}; machine.Pin = None\nsys.modules["machine"] = machine\nsys.modules["rp2"] = rp2 = Module()');
board.runApart(stub('rp2') + '\nrp2.asm_pio = asm_pio\nrp2.PIO = PIO\n', '{"rp2": rp2}');
board.run(firmware('sampler/core'));
board.run(firmware('sampler/pio'));
board.run(`
programs = {}
for name, p in (("edge_ts", ll_edge_ts), ("stim", ll_stim)):
    programs[name] = dict(p[3])
    programs[name]["words"] = [word for word in p[0]]
result = json.dumps(programs)
`);
console.log(board.get('result'));
