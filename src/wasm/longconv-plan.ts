import type { LongconvDims } from '../shapes/longconv.js';
import type { Cpu } from './cpu.js';
import type { Tensor } from './tensor.js';

/** Radices of the first pass, those with the fastest pass first. */
const RADICES = [4, 8, 5, 3] as const;
const LEAF = 16;

/** How rows are transformed: n = radix 16 4^levels points. */
export interface FftPlan {
  readonly n: number;
  /** Radix of the first pass. */
  readonly radix: number;
}

/** How rows are cut into blocks: a block makes `step` outputs from n inputs that begin `lead` before them. */
export interface BlockPlan extends FftPlan {
  readonly step: number;
  readonly lead: number;
}

/** The smallest transform that holds a row of `length` samples. */
export function fftPlan(length: number): FftPlan {
  const plans = RADICES.map((radix) => {
    let n = radix * LEAF;
    while (n < length) n *= 4;
    return { n, radix };
  });
  return plans.reduce((best, plan) => (plan.n < best.n ? plan : best));
}

/** The cheapest way to convolve rows: as a whole, or, where kernels are short, in blocks. */
export function blockPlan({ L, K, bidirectional }: LongconvDims): BlockPlan {
  const lead = K - 1;
  const overlap = lead + (bidirectional ? K : 0);
  const whole = { ...fftPlan(L), step: L, lead: 0 };
  let best = { plan: whole, cost: cost(whole.n) };
  for (const radix of RADICES) {
    for (let n = radix * LEAF; n < whole.n; n *= 4) {
      const step = n - overlap;
      if (step < 1) continue;
      const price = Math.ceil(L / step) * cost(n);
      if (price < best.cost) best = { plan: { n, radix, step, lead }, cost: price };
    }
  }
  return best.plan;
}

/** Relative time of a transform there and back: vector operations for each point, and misses of the cache. */
function cost(n: number): number {
  const log = Math.log2(n);
  return n * (22 + 3.5 * log) * (1 + 0.25 * Math.max(0, log - 14));
}

/** The twiddle factors of a plan, laid out as wasm/fft.ts reads them. */
export function fftTable(cpu: Cpu, plan: FftPlan): Tensor {
  return cpu.memo(`fft ${plan.n}`, () => {
    const values = twiddles(plan);
    return cpu.tensor(values, [values.length]);
  });
}

/**
 * Factors for rows modulo z^n - exp(2 pi i turn).
 *
 * A block of turn a is a polynomial modulo z^m - exp(2 pi i a). It is split by t = exp(2 pi i a / 4) into blocks
 * of turns (a + j) / 4.
 */
export function twiddles({ n, radix }: FftPlan, turn = 0.25): Float32Array {
  const [ends, levels] = [padded(2 * radix * radix), padded((2 * (n - 4 * radix)) / 4)];
  const values = new Float32Array(ends + levels + padded(1.5 * n));
  let turns = Float64Array.from({ length: radix }, (_, j) => (j + turn) / radix);
  turns.forEach((a, j) => {
    for (let l = 0; l < radix; l++) putRoot(values, 2 * (j * radix + l), 1, a * l);
  });
  for (let at = ends; turns.length * 4 < n; ) {
    for (const a of turns) {
      for (let power = 1; power <= 3; power++, at += 2) putRoot(values, at, 1, (a * power) / 4);
    }
    const split = new Float64Array(4 * turns.length);
    turns.forEach((a, block) => {
      for (let j = 0; j < 4; j++) split[4 * block + j] = (a + j) / 4;
    });
    turns = split;
  }
  turns.forEach((a, block) => {
    for (let power = 1; power <= 3; power++) {
      const at = ends + levels + 24 * (block >> 2) + 8 * (power - 1) + (block & 3);
      putRoot(values, at, 4, (a * power) / 4);
    }
  });
  return values;
}

/** exp(2 pi i turn); its imaginary part `apart` after the real one. */
function putRoot(values: Float32Array, at: number, apart: number, turn: number): void {
  const angle = 2 * Math.PI * turn;
  values[at] = Math.cos(angle);
  values[at + apart] = Math.sin(angle);
}

/** Up to a multiple of 128 bytes. */
function padded(values: number): number {
  return Math.ceil(values / 32) * 32;
}
