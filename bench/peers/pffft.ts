import type { Prepared } from '../contender.js';
import { type LongconvCase, longconvInputs } from '../longconv.bench.js';
import type { Peer } from './index.js';

interface Pffft {
  readonly HEAPF32: Float32Array;
  _pffft_new_setup(n: number, kind: number): number;
  _pffft_destroy_setup(setup: number): void;
  _pffft_aligned_malloc(bytes: number): number;
  _pffft_aligned_free(pointer: number): void;
  _pffft_transform(setup: number, input: number, output: number, work: number, direction: number): void;
  _pffft_zconvolve_accumulate(setup: number, a: number, b: number, ab: number, scaling: number): void;
}

const REAL = 0;
const [FORWARD, BACKWARD] = [0, 1];

/** PFFFT, its real transforms in its own order of frequencies, which its product expects: the fastest way it has. */
async function longconv(size: LongconvCase): Promise<Prepared> {
  const name = '@echogarden/pffft-wasm/simd';
  const { default: open } = (await import(name)) as { default: () => Promise<Pffft> };
  const pffft = await open();
  const { B, H, L } = size;
  const n = 2 ** Math.ceil(Math.log2(2 * L));
  const setup = pffft._pffft_new_setup(n, REAL);
  const inputs = longconvInputs(size);
  const allocate = (floats: number): number => pffft._pffft_aligned_malloc(4 * floats);
  const [u, k, y] = [allocate(B * H * L), allocate(H * L), allocate(B * H * L)];
  const [padded, uF, kF, product, work] = Array.from({ length: 5 }, () => allocate(n));
  pffft.HEAPF32.set(inputs.u, u / 4);
  pffft.HEAPF32.set(inputs.k, k / 4);
  pffft.HEAPF32.fill(0, padded / 4, padded / 4 + n);
  const transform = (row: number, spectrum: number): void => {
    pffft.HEAPF32.copyWithin(padded / 4, row / 4, row / 4 + L);
    pffft._pffft_transform(setup, padded, spectrum, work, FORWARD);
  };
  return {
    run() {
      const memory = pffft.HEAPF32;
      for (let h = 0; h < H; h++) {
        transform(k + 4 * h * L, kF);
        for (let b = 0; b < B; b++) {
          const row = 4 * (b * H + h) * L;
          transform(u + row, uF);
          memory.fill(0, product / 4, product / 4 + n);
          pffft._pffft_zconvolve_accumulate(setup, uF, kF, product, 1 / n);
          pffft._pffft_transform(setup, product, product, work, BACKWARD);
          memory.copyWithin((y + row) / 4, product / 4, product / 4 + L);
        }
      }
    },
    finish: async () => {},
    read: async () => pffft.HEAPF32.slice(y / 4, y / 4 + B * H * L),
    async [Symbol.asyncDispose]() {
      for (const pointer of [u, k, y, padded, uF, kF, product, work]) pffft._pffft_aligned_free(pointer);
      pffft._pffft_destroy_setup(setup);
    },
  };
}

export const peers: readonly Peer[] = [{ name: 'pffft-wasm', backend: 'wasm', threads: 1, longconv }];
