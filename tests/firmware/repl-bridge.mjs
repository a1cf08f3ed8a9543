// A board to talk to: MicroPython's raw REPL, byte by byte, on a TCP port of the loopback.
//
//   node repl-bridge.mjs [--heap BYTES] [--port esp32|esp8266|rp2]
//
// prints one line `repl PORT orders PORT`. The second port takes orders, one a line, and answers each with one line:
//   edge GPIO LEVEL    the line of GPIO changes to LEVEL, and its IRQ fires
//   tick               the running Timer is due
//   pins               JSON: what the script has done to the pins (stubs/machine.py)
// Orders and Ctrl-C reach a running program whenever it looks at stdin. Ctrl-D on an empty line starts a fresh interpreter.
// The build hangs on raw paste, so the bridge answers its request with "understood, not supported". Ends when stdin ends.
import net from 'node:net';
import { Worker } from 'node:worker_threads';
import { parseArgs } from 'node:util';
import { Ring } from './ring.mjs';

const { values: options } = parseArgs({ options: { heap: { type: 'string', default: '131072' }, port: { type: 'string', default: 'esp32' } } });
const wake = new Int32Array(new SharedArrayBuffer(4));
const input = new Ring();
const orders = new Ring();
let replSocket, orderSocket, board;

function start(raw) {
  const workerData = { wake: wake.buffer, input: input.buffer, orders: orders.buffer, heap: Number(options.heap), port: options.port, raw };
  board = new Worker(new URL('board.mjs', import.meta.url), { workerData });
  board.on('message', message => {
    if (message.output) replSocket?.write(message.output);
    if (message.answer !== undefined) orderSocket?.write(message.answer + '\n');
    if (message.reset) start(message.reset === 'raw');
  });
  board.on('error', error => { console.error(error); process.exit(1); });
}

function put(ring, bytes) {
  ring.put(bytes);
  Atomics.add(wake, 0, 1);
  Atomics.notify(wake, 0);
}

function listen(ring, remember) {
  const server = net.createServer(socket => {
    socket.setNoDelay();
    remember(socket);
    socket.on('data', bytes => put(ring, bytes));
    socket.on('error', () => socket.destroy());
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve(server.address().port)));
}

start(false);
const repl = await listen(input, socket => { replSocket = socket; });
const order = await listen(orders, socket => { orderSocket = socket; });
console.log(`repl ${repl} orders ${order}`);
process.stdin.on('end', () => process.exit(0)).resume();
