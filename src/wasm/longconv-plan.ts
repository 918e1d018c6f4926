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

/** The smallest transform that holds a row of `length` samples. */
export function fftPlan(length: number): FftPlan {
  const plans = RADICES.map((radix) => {
    let n = radix * LEAF;
    while (n < length) n *= 4;
    return { n, radix };
  });
  return plans.reduce((best, plan) => (plan.n < best.n ? plan : best));
}

/** The twiddle factors of a plan, laid out as wasm/fft.ts reads them. */
export function fftTable(cpu: Cpu, plan: FftPlan): Tensor {
  return cpu.memo(`fft ${plan.n}`, () => {
    const values = twiddles(plan);
    return cpu.tensor(values, [values.length]);
  });
}

/**
 * A block of turn a is a polynomial modulo z^m - exp(2 pi i a). It is split by t = exp(2 pi i a / 4) into blocks
 * of turns (a + j) / 4.
 */
function twiddles({ n, radix }: FftPlan): Float32Array {
  const ends: number[] = [];
  let turns: number[] = [];
  for (let j = 0; j < radix; j++) {
    turns.push((j + 0.25) / radix);
    for (let l = 0; l < radix; l++) ends.push(...root(((j + 0.25) * l) / radix));
  }
  const levels: number[] = [];
  while (turns.length * 4 < n) {
    for (const a of turns) for (let power = 1; power <= 3; power++) levels.push(...root((a * power) / 4));
    turns = turns.flatMap((a) => [0, 1, 2, 3].map((j) => (a + j) / 4));
  }
  const leaves: number[] = [];
  for (let block = 0; block < turns.length; block += 4) {
    for (let power = 1; power <= 3; power++) {
      const lanes = turns.slice(block, block + 4).map((a) => root((a * power) / 4));
      leaves.push(...lanes.map(([re]) => re), ...lanes.map(([, im]) => im));
    }
  }
  return Float32Array.from([padded(ends), padded(levels), leaves].flat());
}

/** exp(2 pi i turn). */
function root(turn: number): [number, number] {
  const angle = 2 * Math.PI * turn;
  return [Math.cos(angle), Math.sin(angle)];
}

/** Zeros up to a multiple of 128 bytes. */
function padded(values: number[]): number[] {
  while (values.length % 32 !== 0) values.push(0);
  return values;
}
