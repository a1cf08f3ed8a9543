// A MicroPython interpreter that runs text to its end: for tests that need no REPL.
import fs from 'node:fs';
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';

const text = part => fs.readFileSync(new URL(`../../firmware/${part}.py`, import.meta.url), 'utf8');

// A part as the host sends it, comments and all: both boards have one core, which is told its role.
export const firmware = part => part.endsWith('/core') ? `LL_PART = "${part.split('/')[0]}"\n${text('core')}` : text(part);
export const stub = name => fs.readFileSync(new URL(`stubs/${name}.py`, import.meta.url), 'utf8');

export async function interpreter() {
  let text = '';
  const mp = await loadMicroPython({
    heapsize: 8 << 20, linebuffer: false, stdin: () => null, stdout: bytes => { text += Buffer.from(bytes).toString('latin1'); },
  });
  return {
    run: source => mp.runPython(source),
    // Source whose names must stay apart from those of the scripts, as those of a module.
    runApart(source, names) {
      mp.globals.set('apart', source);
      mp.runPython(`exec(apart, ${names})\ndel apart`);
    },
    set: (name, value) => mp.globals.set(name, value),
    get: name => mp.globals.get(name),
    text: () => text,
  };
}
