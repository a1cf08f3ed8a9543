// A byte queue in shared memory: one thread puts, another takes, also while that one is inside a Python program and answers no events.
export class Ring {
  static bytes = 1 << 16;

  constructor(buffer = new SharedArrayBuffer(8 + Ring.bytes)) {
    this.buffer = buffer;
    this.ends = new Int32Array(buffer, 0, 2); // taken, put: counts of bytes
    this.data = new Uint8Array(buffer, 8);
  }

  put(bytes) {
    const put = Atomics.load(this.ends, 1);
    if (put - Atomics.load(this.ends, 0) + bytes.length > Ring.bytes) throw new Error('the board does not read');
    bytes.forEach((byte, i) => { this.data[(put + i) % Ring.bytes] = byte; });
    Atomics.store(this.ends, 1, put + bytes.length);
  }

  get count() { return Atomics.load(this.ends, 1) - Atomics.load(this.ends, 0); }

  peek() { return this.data[Atomics.load(this.ends, 0) % Ring.bytes]; }

  take() {
    const byte = this.peek();
    Atomics.add(this.ends, 0, 1);
    return byte;
  }
}
