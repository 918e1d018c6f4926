import { bluestein } from '../../reference/rfft.js';
import type { Cpu } from './cpu.js';
import type { Tensor } from './tensor.js';

/** Other transforms than of powers of two are sums of n terms below this length, else convolutions. */
const LEAST = 32;
/** Bytes between two workspaces; see wasm/rfft.ts. */
const GAP = 192;

/** How real rows of n samples are transformed, as wasm/rfft.ts takes it. */
export interface DftPlan {
  /** Points of the transforms that are computed; 0 for sums. */
  readonly size: number;
  readonly table: Tensor;
  /** 0 where not needed. */
  readonly chirp: Tensor | 0;
  readonly turns: Tensor | 0;
  readonly scratch: number;
}

/** The plan for rows of n samples; its tables are made once and kept. */
export function dftPlan(cpu: Cpu, n: number): DftPlan {
  if (n < LEAST) return { size: 0, table: memo(cpu, `circle ${n}`, () => circle(n)), chirp: 0, turns: 0, scratch: 0 };
  const N = n % 2 === 0 ? n / 2 : n;
  const direct = Number.isInteger(Math.log2(N));
  const size = direct ? N : 2 ** Math.ceil(Math.log2(2 * N - 1));
  return {
    size,
    table: memo(cpu, `twiddles ${size}`, () => twiddles(size)),
    chirp: direct ? 0 : memo(cpu, `chirp ${N}`, () => chirp(N)),
    turns: n % 2 === 0 ? memo(cpu, `turns ${n}`, () => turns(n)) : 0,
    scratch: 16 * size + GAP,
  };
}

function memo(cpu: Cpu, key: string, make: () => Float32Array): Tensor {
  return cpu.memo(`dft ${key}`, () => {
    const values = make();
    return cpu.tensor(values, [values.length]);
  });
}

/** cos and sin of 2 pi j / n in pairs. */
function circle(n: number): Float32Array {
  return Float32Array.from({ length: 2 * n }, (_, i) => {
    const angle = (2 * Math.PI * (i >> 1)) / n;
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

/** Of each pass exp(-2 pi i p j / 4 m), j = 1, 2, 3: in lanes of four p for the first, for each p for the others. */
function twiddles(size: number): Float32Array {
  const values: Float32Array[] = [];
  for (let m = size / 4; m >= 1; m /= 4) {
    const pass = new Float32Array(6 * m);
    const lanes = m === size / 4 ? 4 : 1;
    for (let p = 0; p < m; p++) {
      for (let j = 1; j <= 3; j++) {
        const angle = (-2 * Math.PI * ((p * j) % (4 * m))) / (4 * m);
        const at = (p - (p % lanes)) * 6 + 2 * (j - 1) * lanes + (p % lanes);
        pass[at] = Math.cos(angle);
        pass[at + lanes] = Math.sin(angle);
      }
    }
    values.push(pass);
  }
  return joined(values);
}

/** exp(-2 pi i f / n), f < n / 4 + 4, as vectors of four real and four imaginary parts. */
function turns(n: number): Float32Array {
  const angles = Float64Array.from({ length: 4 * Math.ceil((n / 4 + 4) / 4) }, (_, f) => (2 * Math.PI * f) / n);
  return vectors(angles.map(Math.cos), angles.map((angle) => -Math.sin(angle)));
}

/** exp(-pi i j^2 / N), and the transform of its conjugate over its length, so that no other factor is needed. */
function chirp(N: number): Float32Array {
  const { size, c, spectrum } = bluestein(N);
  const over = (x: number): number => x / size;
  return joined([vectors(c.re, c.im), vectors(spectrum.re.map(over), spectrum.im.map(over))]);
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Parts in turn, four each, zeros up to a whole vector. */
function vectors(re: Float64Array, im: Float64Array): Float32Array {
  const values = new Float32Array(8 * Math.ceil(re.length / 4));
  for (let i = 0; i < re.length; i++) {
    const at = 8 * (i >> 2) + (i & 3);
    values[at] = re[i];
    values[at + 4] = im[i];
  }
  return values;
}
