// The interpreter behind repl-bridge.mjs, in a thread of its own: it blocks while a program runs.
import fs from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';
import { loadMicroPython } from '@micropython/micropython-webassembly-pyscript/micropython.mjs';
import { Ring } from './ring.mjs';

const CTRL_A = 1, CTRL_B = 2, CTRL_C = 3, CTRL_E = 5, FORCED_EXIT = 256;
const wake = new Int32Array(workerData.wake);
const input = new Ring(workerData.input);
const orders = new Ring(workerData.orders);
let output = [];
let muted = true;

function flush() {
  if (output.length && !muted) parentPort.postMessage({ output: Uint8Array.from(output) });
  output = [];
}

const bench = {}; // what stubs/machine.py hangs in: edge(gpio, level), pins()
let order = '';
function obey() {
  while (orders.count) {
    const byte = orders.take();
    if (byte !== 10) {
      order += String.fromCharCode(byte);
      continue;
    }
    const [word, gpio, level] = order.split(' ');
    order = '';
    if (word === 'edge') bench.edge(Number(gpio), Number(level));
    if (word === 'tick') bench.tick();
    parentPort.postMessage({ answer: word === 'pins' ? bench.pins() : 'ok' });
  }
}

// Called whenever a running program reads stdin: the only place where this build lets anything in.
function stdin() {
  flush();
  obey();
  while (input.count) {
    if (input.peek() !== CTRL_C || mp._module.ccall('mp_hal_get_interrupt_char', 'number', [], []) !== CTRL_C) return input.take();
    input.take();
    mp._module.ccall('mp_sched_keyboard_interrupt', 'null', [], []);
  }
  return null;
}

function print(bytes) {
  output.push(...bytes);
  if (bytes[bytes.length - 1] === 10 || output.length > 512) flush();
}

const mp = await loadMicroPython({ heapsize: workerData.heap, linebuffer: false, stdin, stdout: print, stderr: print });
mp.registerJsModule('bench', bench);
mp.globals.set('stub', fs.readFileSync(new URL('stubs/machine.py', import.meta.url), 'utf8'));
mp.runPython(`exec(stub, {'PORT': '${workerData.port}'})\ndel stub`);
mp.replInit();
let raw = workerData.raw;
if (raw) mp.replProcessChar(CTRL_A);
if (raw) output = [...Buffer.from('MPY: soft reboot\r\nraw REPL; CTRL-B to exit\r\n>')];
muted = false;
flush();

function nextByte() {
  for (;;) {
    const seen = Atomics.load(wake, 0);
    obey();
    if (input.count) return input.take();
    flush();
    Atomics.wait(wake, 0, seen);
  }
}

for (;;) {
  const byte = nextByte();
  if (raw && byte === CTRL_E) {
    nextByte();
    nextByte();
    parentPort.postMessage({ output: Uint8Array.from([0x52, 0]) });
    continue;
  }
  if (byte === CTRL_A) raw = true;
  if (byte === CTRL_B) raw = false;
  if (mp.replProcessChar(byte) === FORCED_EXIT) break;
  flush();
}
parentPort.postMessage({ reset: raw ? 'raw' : 'friendly' });
