import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Rng } from '../../src/rng.js';

/** Write files in the format of the binary version of CIFAR-10: noise on a brightness that tells the class. */
export function syntheticBatches(folder: string, sizes: { readonly perBatch: number; readonly test: number }): void {
  mkdirSync(folder, { recursive: true });
  const names = [...[1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`), 'test_batch.bin'];
  for (const name of names) {
    const rng = new Rng(10).split(name);
    const count = name === 'test_batch.bin' ? sizes.test : sizes.perBatch;
    const bytes = Buffer.alloc(count * 3073);
    for (let i = 0; i < count; i++) {
      const label = rng.integer(10);
      bytes[i * 3073] = label;
      for (let p = 1; p < 3073; p++) bytes[i * 3073 + p] = 20 * label + rng.integer(60);
    }
    writeFileSync(join(folder, name), bytes);
  }
}
