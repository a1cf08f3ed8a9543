// Runs firmware/sampler on the Pico of stubs/pico.py: node capture.mjs < JSON list of {"plan": {…}, "python": source}
// prints a JSON list, one result each: {"wire": hex, "text": what was printed, "error": traceback or "", "log": […], "faults": […], …}
// One board for all: each starts where the one before has left it.
import fs from 'node:fs';
import { firmware, interpreter, stub } from './interpreter.mjs';

const board = await interpreter();
board.run('class Bench: pass\nbench = Bench()');
board.runApart(['rp2', 'host', 'pico'].map(stub).join('\n'), '{"bench": bench}');
board.run(firmware('sampler/core'));
board.run(firmware('sampler/pio'));
board.run(firmware('sampler/capture'));
const results = [];
for (const { plan, python } of JSON.parse(fs.readFileSync(0, 'utf8'))) {
  const seen = board.text().length;
  let error = '';
  board.set('plan', JSON.stringify(plan));
  board.run('bench.begin(json.loads(plan))\ndel plan');
  try {
    board.run(python);
  } catch (e) {
    error = e.message;
  }
  board.run('result = bench.report()');
  results.push({ ...JSON.parse(board.get('result')), text: board.text().slice(seen), error });
}
console.log(JSON.stringify(results));
