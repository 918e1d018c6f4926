// A thread of the CPU backend: waits for a job in shared memory, takes chunks of it until none is left.
// The text of this file is started as a worker in Node and in browsers; threads.ts has the other side.
const nodeThreads = globalThis.process?.getBuiltinModule?.('node:worker_threads');

function start({ module, memory, control, index, port }) {
  const { exports } = new WebAssembly.Instance(module, { env: { memory, abort } });
  const kernels = Object.keys(exports).sort();
  const words = new Int32Array(memory.buffer, control, 16);
  const numbers = new Float64Array(memory.buffer, control + 64, 32);
  port.postMessage('ready');
  let seen = 0;
  for (;;) {
    for (let spins = 0; spins < 2000 && Atomics.load(words, 0) === seen; spins++);
    // A notification may come late, when its job is done already: only a new generation is a new job.
    while (Atomics.load(words, 0) === seen) Atomics.wait(words, 0, seen);
    seen = Atomics.load(words, 0);
    if (words[3] < 0) return;
    const items = words[4];
    const chunk = words[5];
    try {
      const kernel = exports[kernels[words[3]]];
      const args = Array.from(numbers.subarray(2, 2 + words[6]));
      const scratch = numbers[0] + index * numbers[1];
      for (;;) {
        const from = Atomics.add(words, 1, chunk);
        if (from >= items) break;
        kernel(from, Math.min(from + chunk, items), scratch, ...args);
      }
    } catch {
      Atomics.store(words, 7, 1);
    }
    Atomics.add(words, 2, 1);
    Atomics.notify(words, 2);
  }
}

function abort() {
  throw new Error('abort');
}

if (nodeThreads) start({ ...nodeThreads.workerData, port: nodeThreads.parentPort });
else self.onmessage = ({ data }) => start({ ...data, port: self });
