// A thread of the CPU backend: waits for a job in shared memory, takes chunks of it until none is left.
// The text of this file is started as a worker in Node and in browsers; threads.ts has the other side.
const [GENERATION, NEXT, GATE, KERNEL, ITEMS, CHUNK, ARGS, FAILED, STOP] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const OPEN = 2 ** 30;
const nodeThreads = globalThis.process?.getBuiltinModule?.('node:worker_threads');

function start({ module, memory, control, index, port }) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const kernels = Object.keys(exports).sort();
  const words = new Int32Array(memory.buffer, control, 16);
  const numbers = new Float64Array(memory.buffer, control + 64, 32);
  port.postMessage('ready');

  function work() {
    const [items, chunk] = [words[ITEMS], words[CHUNK]];
    try {
      const kernel = exports[kernels[words[KERNEL]]];
      const args = Array.from(numbers.subarray(2, 2 + words[ARGS]));
      const scratch = numbers[0] + index * numbers[1];
      for (;;) {
        const from = Atomics.add(words, NEXT, chunk);
        if (from >= items) break;
        kernel(from, Math.min(from + chunk, items), scratch, ...args);
      }
    } catch {
      Atomics.store(words, FAILED, 1);
    }
  }

  let seen = 0;
  for (;;) {
    for (let spins = 0; spins < 2000 && Atomics.load(words, GENERATION) === seen; spins++);
    // A notification may come late, when its job is done already: only a new generation is a new job.
    while (Atomics.load(words, GENERATION) === seen) Atomics.wait(words, GENERATION, seen);
    if (Atomics.load(words, STOP) !== 0) return;
    seen = Atomics.load(words, GENERATION);
    // The gate is closed where the others were done before this thread woke up.
    if ((Atomics.add(words, GATE, 1) & OPEN) !== 0) work();
    Atomics.sub(words, GATE, 1);
    Atomics.notify(words, GATE);
  }
}

function abort() {
  throw new Error('abort');
}

if (nodeThreads) start({ ...nodeThreads.workerData, port: nodeThreads.parentPort });
else self.onmessage = ({ data }) => start({ ...data, port: self });
