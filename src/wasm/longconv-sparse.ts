import { type RateFilter, design } from '../rate-filter.js';
import type { LongconvDims } from '../shapes/longconv.js';
import type { Cpu } from './cpu.js';
import { twiddles } from './longconv-plan.js';
import type { Tensor } from './tensor.js';

/** Samples of the smallest circle, and of the rest in wasm/circle.ts. */
const [LEAST, REST] = [256, 64];
/** Samples around a row in wasm/halve.ts. */
const PAD = 32;

/** How low-pass kernels are convolved at a slower rate, as wasm/longconv-sparse.ts takes it. */
export interface SparsePlan {
  readonly halvings: number;
  readonly table: Tensor;
  readonly weights: Tensor;
  readonly taps: Tensor;
}

/** Undefined where the length is no power of two or too many bins are kept. */
export function sparsePlan(cpu: Cpu, { L }: LongconvDims, bins: number): SparsePlan | undefined {
  if (!Number.isInteger(Math.log2(L))) return undefined;
  const M = Math.max(LEAST, 2 ** Math.ceil(Math.log2(4 * bins)));
  if (M > L) return undefined;
  // With a quarter of M bins the filter has 13 taps, with fewer at most as many.
  const filter = (): RateFilter => design(2 * M, bins - 1, 2) as RateFilter;
  const memo = (key: string, make: () => Float32Array): Tensor =>
    cpu.memo(`longconv ${key}`, () => {
      const values = make();
      return cpu.tensor(values, [values.length]);
    });
  return {
    halvings: Math.log2((2 * L) / M),
    table: memo(`circle ${M}`, () => circleTable(M)),
    weights: memo(`weights ${L} ${bins}`, () => weights(L, M, bins, filter())),
    taps: memo(`taps ${M} ${bins}`, () => Float32Array.from({ length: 14 }, (_, j) => filter().taps(j - 6))),
  };
}

/** Scratch of rows and `spectra` spectra. */
export function sparseScratch({ L }: LongconvDims, { halvings }: SparsePlan, rows: number, spectra: number): number {
  const M = (2 * L) / 2 ** halvings;
  return 4 * ((rows + 2) * (L + 2 * PAD) + 5 * PAD + M / 4) + 8 * (spectra + 1) * ((M + REST) / 2);
}

/** Sizes of the blocks of a circle, and the turn of the constant c of each modulus z^n - c. */
function blocks(M: number): { n: number; turn: number }[] {
  const all: { n: number; turn: number }[] = [];
  for (let P = M; P > REST; P /= 2) all.push({ n: P / 4, turn: 0.25 });
  return [...all, { n: REST, turn: 0 }];
}

const radixOf = (n: number): number => 1 + (Math.log2(n) % 2);

function circleTable(M: number): Float32Array {
  const tables = blocks(M).map(({ n, turn }) => twiddles({ n, radix: radixOf(n) }, turn));
  const all = new Float32Array(tables.reduce((size, { length }) => size + length, 0));
  let at = 0;
  for (const table of tables) {
    all.set(table, at);
    at += table.length;
  }
  return all;
}

/** r^2 / Phi[f]^3 in the order of the spectrum, over the points of an inverse; zero from `bins` on. */
function weights(L: number, M: number, bins: number, filter: RateFilter): Float32Array {
  const r = (2 * L) / M;
  const low = Float64Array.from({ length: bins }, (_, f) => {
    let product = 1;
    for (let N = 2 * L; N > M; N /= 2) product *= filter.response((f * 2 * M) / N);
    return r ** 2 * product ** -3;
  });
  const values = new Float32Array((M + REST) / 2);
  let at = 0;
  for (const { n, turn } of blocks(M)) {
    let turns = Float64Array.from({ length: radixOf(n) }, (_, j) => (turn + j) / radixOf(n));
    while (turns.length * 4 < n) {
      turns = Float64Array.from({ length: 4 * turns.length }, (_, i) => (turns[i >> 2] + (i & 3)) / 4);
    }
    for (let i = 0; i < n; i++) {
      // 16 points are four blocks of four, in lanes.
      const block = 4 * (i >> 4) + (i & 3);
      const f = Math.round(((turns[block] + ((i >> 2) & 3)) / 4) * M) % M;
      const bin = Math.min(f, M - f);
      values[at + i] = bin < bins ? (low[bin] * (n === REST && turn === 0 ? 1 : 2)) / M : 0;
    }
    at += n;
  }
  return values;
}
