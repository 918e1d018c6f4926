import { describe, expect, test } from 'vitest';
import {
  type FactorSize,
  butterflyFactorMatrix,
  butterflyProduct,
  dftMatrix,
  monarchDense,
  monarchFourier,
  monarchProject,
} from '../reference/index.js';
import { namedParams } from '../src/autograd/params.js';
import { Tape, type Var } from '../src/autograd/tape.js';
import type { Backend, ButterflyFactors } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import { type ButterflyConv, butterflyConv } from '../src/nn/butterfly.js';
import { initMonarchLinear, monarchLinear } from '../src/nn/monarch.js';
import { Rng } from '../src/rng.js';
import type { TensorLike } from '../src/tensor.js';
import { describeDevices } from './support/backends.js';
import { expectGolden } from './support/close.js';
import { type Golden, golden } from './support/golden.js';
import { type Host, run } from './support/op.js';

/** What published code and this library compute alike, by the name of the golden tensor. */
type Check = (backend: Backend<TensorLike>, file: Golden) => Promise<Record<string, Host>>;

const SIZES = [2, 4, 8, 16] as const;

const conjugate = ({ values, shape }: Host): Host => ({
  shape,
  values: Array.from(values, (v, i) => (i % 2 === 0 ? v : -v)),
});

function factorsOf(tensors: Readonly<Record<string, TensorLike>>, prefix: string): ButterflyFactors<TensorLike> {
  const present = SIZES.filter((s) => tensors[`${prefix}${s}`] !== undefined);
  return Object.fromEntries(present.map((s) => [s, tensors[`${prefix}${s}`]]));
}

const transform: Check = async (backend, { tensors, args }) => {
  const { x, G } = tensors;
  const used = args['sizes_used'] as FactorSize[];
  const factor = (s: FactorSize): Host => {
    const { values, shape } = tensors[`mat_${s}`];
    const exact = dftMatrix(s);
    if (args['additive'] !== true) return { shape, values };
    return { shape, values: values.map((v, i) => v + exact[i % exact.length]) };
  };
  const hosts = Object.fromEntries(used.map((s) => [`mat_${s}`, factor(s)]));
  const n = args['N'] as number;
  const results = await run(backend, { x, G, bar: conjugate(x), ...hosts }, ({ x, G, bar, ...rest }) => {
    const factors = factorsOf(rest, 'mat_');
    const { dx, dFactors } = backend.butterflyVjp(x, factors, G);
    const gradients = Object.entries(dFactors).map(([s, d]) => [`grad_mat_${s}`, d]);
    return {
      y: backend.butterfly(x, factors),
      back: backend.butterfly(bar, factors, { n }),
      grad_x: dx,
      ...(Object.fromEntries(gradients) as Record<string, TensorLike>),
    };
  });
  const { back, ...rest } = results;
  const inverse = conjugate(back);
  return { ...rest, y_inverse: { ...inverse, values: Array.from(inverse.values, (v) => v / n) } };
};

/** A layer's parameters from the file, on a tape, and gradients of sum(y G) by their paths. */
async function onTape<Tree extends object>(
  backend: Backend<TensorLike>,
  tree: Tree,
  G: Host,
  apply: (params: never) => Var<TensorLike>,
): Promise<{ y: Host; gradients: Record<string, Host> }> {
  using tape = new Tape(backend);
  const y = apply(tape.params(tree) as never);
  using dy = backend.tensor(G.values, G.shape);
  const host = async (x: TensorLike): Promise<Host> => ({ values: await x.read(), shape: x.shape });
  const result = await host(y.value);
  const gradients: Record<string, Host> = {};
  for (const [path, gradient] of tape.gradients(y, dy)) gradients[path] = await host(gradient);
  for (const { value } of namedParams(tree).values()) (value as TensorLike).dispose();
  return { y: result, gradients };
}

const convolution: Check = async (backend, { tensors, args }) => {
  const n = args['fft_size'] as number;
  const place = ({ values, shape }: Host): TensorLike => backend.tensor(values, shape);
  const learned = (id: string): { value: TensorLike } => ({ value: place(tensors[id]) });
  const factors = (side: string): object => ({ 4: learned(`${side}.mat_4`), 16: learned(`${side}.mat_16`) });
  const exact = (s: number): object => ({ value: backend.tensor(dftMatrix(s), [1, s, s, 2]), lr: 0 });
  const tree = {
    conv: { u: { factors: factors('u') }, k: { factors: factors('k') }, inverse: { 4: exact(4), 16: exact(16) } },
    u: learned('u'),
    k: learned('k'),
  };
  const { y, gradients } = await onTape(backend, tree, tensors['G'], (params) => {
    const { conv, u, k } = params as { conv: ButterflyConv<Var<TensorLike>>; u: Var<TensorLike>; k: Var<TensorLike> };
    return butterflyConv(conv, u, k, { n });
  });
  const named = Object.entries(gradients).map(([path, gradient]): [string, Host] => [
    `grad_${path.replace(/conv\.(.)\.factors\./, '$1.mat_')}`,
    gradient,
  ]);
  return { y, ...Object.fromEntries(named) };
};

const monarchMultiply: Check = (backend, { tensors: { x, w1, w2, G } }) =>
  run(backend, { x, w1, w2, G }, ({ x, w1, w2, G }) => {
    const { dx, dw1, dw2 } = backend.monarchVjp(x, w1, w2, G);
    return { y: backend.monarch(x, w1, w2), grad_x: dx, grad_w1: dw1, grad_w2: dw2 };
  });

const monarchLayer: Check = async (backend, { tensors, args }) => {
  const { x, G, bias, blkdiag1: w1, blkdiag2: w2 } = tensors;
  const outputs = args['out_features'] as number;
  const config = { inputs: args['in_features'] as number, outputs, blocks: args['nblocks'] as number };
  const initial = initMonarchLinear(new Rng(1), config);
  expect(initial.w1.value.shape).toEqual(w1.shape);
  expect(initial.w2.value.shape).toEqual(w2.shape);
  const entries = Object.entries({ w1, w2, bias, x }).map(([id, { values, shape }]) => [
    id,
    { value: backend.tensor(values, shape) },
  ]);
  const { y, gradients } = await onTape(backend, Object.fromEntries(entries) as object, G, (params) => {
    const { x, ...rest } = params as Record<'x' | 'w1' | 'w2' | 'bias', Var<TensorLike>>;
    return monarchLinear(rest, x, { outputs });
  });
  const { w1: grad_blkdiag1, w2: grad_blkdiag2, bias: grad_bias, x: grad_x } = gradients;
  return { y, grad_blkdiag1, grad_blkdiag2, grad_bias, grad_x };
};

/**
 * A complex Monarch matrix as a real one: inputs are pairs of numbers, and so are the outputs of each block, those of
 * the first factor as all real parts, then all imaginary parts, which needs q = l.
 */
function realBlocks({ values, shape }: Host, splitRows: boolean, splitColumns: boolean): Host {
  const [G, O, I] = shape as [number, number, number];
  const place = (e: number, part: number, count: number, split: boolean): number =>
    split ? part * count + e : 2 * e + part;
  const out = new Float64Array(4 * G * O * I);
  for (let g = 0; g < G; g++) {
    for (let o = 0; o < O; o++) {
      for (let i = 0; i < I; i++) {
        const [re, im] = [values[2 * ((g * O + o) * I + i)], values[2 * ((g * O + o) * I + i) + 1]];
        const row = (part: number): number => (g * 2 * O + place(o, part, O, splitRows)) * 2 * I;
        const [real, imaginary] = [place(i, 0, I, splitColumns), place(i, 1, I, splitColumns)];
        out[row(0) + real] = re;
        out[row(0) + imaginary] = -im;
        out[row(1) + real] = im;
        out[row(1) + imaginary] = re;
      }
    }
  }
  return { values: out, shape: [G, 2 * O, 2 * I] };
}

/** The cotangent of complex blocks from that of {@link realBlocks}. */
function complexBlocks({ values, shape }: Host, splitRows: boolean): Host {
  const [G, O, I] = [shape[0], shape[1] / 2, shape[2] / 2];
  const out = new Float64Array(2 * G * O * I);
  const row = (g: number, o: number, part: number): number =>
    (g * 2 * O + (splitRows ? part * O + o : 2 * o + part)) * 2 * I;
  for (let e = 0; e < G * O * I; e++) {
    const [g, o, i] = [Math.floor(e / (O * I)), Math.floor(e / I) % O, e % I];
    out[2 * e] = values[row(g, o, 0) + 2 * i] + values[row(g, o, 1) + 2 * i + 1];
    out[2 * e + 1] = values[row(g, o, 1) + 2 * i] - values[row(g, o, 0) + 2 * i + 1];
  }
  return { values: out, shape: [G, O, I, 2] };
}

/** Rows y [.., (s, part, l)] to [.., (s, l, part)], or back. */
function turnParts({ values, shape }: Host, n: number, l: number, back: boolean): Host {
  const out = new Float64Array(values.length);
  for (let e = 0; e < values.length / 2; e++) {
    for (let part = 0; part < 2; part++) {
      const [row, s, at] = [Math.floor(e / n), Math.floor((e % n) / l), e % l];
      const split = row * 2 * n + (2 * s + part) * l + at;
      if (back) out[split] = values[2 * e + part];
      else out[2 * e + part] = values[split];
    }
  }
  return { values: out, shape };
}

const complexInputs = (x: Host, w1: Host, w2: Host): Record<string, Host> => ({
  x: { values: x.values, shape: [x.shape[0], 2 * x.shape[1]] },
  w1: realBlocks(w1, true, false),
  w2: realBlocks(w2, false, false),
});

const monarchComplex: Check = async (backend, { tensors: { x, w1, w2, G } }) => {
  const [n, l] = [x.shape[1], w2.shape[0]];
  const dy = turnParts({ values: G.values, shape: [x.shape[0], 2 * n] }, n, l, true);
  const { y, dx, dw1, dw2 } = await run(backend, { ...complexInputs(x, w1, w2), dy }, ({ x, w1, w2, dy }) => ({
    y: backend.monarch(x, w1, w2),
    ...backend.monarchVjp(x, w1, w2, dy),
  }));
  return {
    y: turnParts(y, n, l, false),
    grad_x: dx,
    grad_w1: complexBlocks(dw1, true),
    grad_w2: complexBlocks(dw2, false),
  };
};

const fourier: Check = async (backend, { tensors: { x, perm, w1, w2 } }) => {
  const [n, l] = [x.shape[1], w2.shape[0]];
  const permuted = Array.from({ length: x.values.length }, (_, i) => {
    const [row, e] = [Math.floor(i / (2 * n)), Math.floor(i / 2) % n];
    return x.values[2 * (row * n + perm.values[e]) + (i % 2)];
  });
  const identity = Array.from({ length: 2 * n * n }, (_, i) => Number(i % 2 === 0 && Math.floor(i / (2 * n)) === (i / 2) % n));
  const inputs = complexInputs({ values: permuted, shape: x.shape }, w1, w2);
  const { y, dense } = await run(backend, { ...inputs, one: { values: identity, shape: [n, 2 * n] } }, ({ x, w1, w2, one }) => ({
    y: backend.monarch(x, w1, w2),
    dense: backend.monarch(one, w1, w2),
  }));
  const columns = turnParts(dense, n, l, false).values;
  const transposed = Array.from({ length: columns.length }, (_, i) => {
    const [row, column] = [Math.floor(i / (2 * n)), Math.floor(i / 2) % n];
    return columns[2 * (column * n + row) + (i % 2)];
  });
  return { y: turnParts(y, n, l, false), dense: { values: transposed, shape: [n, n, 2] } };
};

const CHECKS: readonly [string, Check][] = [
  ...['exact-n64', 'perturbed-n64', 'perturbed-heads-n32', 'perturbed-n512', 'additive-padded-n128'].map(
    (name): [string, Check] => [`butterfly-${name}`, transform],
  ),
  ['butterfly-conv-b2-h2-l32', convolution],
  ['monarch-multiply-square-n16', monarchMultiply],
  ['monarch-multiply-rect-24to24', monarchMultiply],
  ['monarch-multiply-complex-n64', monarchComplex],
  ['monarch-linear-12to20-nb4', monarchLayer],
  ['monarch-linear-18to10-nb3', monarchLayer],
  ['monarch-fft-n16', fourier],
  ['monarch-fft-n64', fourier],
  ['monarch-ifft-n24', fourier],
];

/** The inverse form is bounded as the transform is. */
const bound = ({ bounds }: Golden, id: string): number => bounds[id === 'y_inverse' ? 'y' : id] as number;

/** Double precision agrees to at least this; the files were computed with other sums in another order. */
const DOUBLE = 1e-11;

describe('reference', () => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(reference(), file);
    for (const id in results) expectGolden(id, results[id].values, file.tensors[id].values, DOUBLE);
  });

  test.each(['butterfly-factors-b2-n16', 'butterfly-factors-b4-n64'])('%s', (name) => {
    const { tensors, args } = golden(name);
    const [n, base] = [args['n'] as number, args['base'] as number];
    const twiddles = Array.from({ length: args['factors'] as number }, (_, i) => tensors[`twiddle${i}`].values);
    expectGolden('y', butterflyProduct(tensors['x'].values, twiddles, { n, base }), tensors['y'].values, DOUBLE);
    twiddles.forEach((twiddle, index) => {
      const matrix = tensors[`matrix${index}`];
      if (matrix !== undefined) {
        expectGolden('matrix', butterflyFactorMatrix(twiddle, { n, base, index }), matrix.values, DOUBLE);
      }
    });
  });

  test.each(['monarch-project-n16', 'monarch-project-exact-n36'])('%s', (name) => {
    const { tensors, args } = golden(name);
    const n = args['n'] as number;
    const k = Math.sqrt(n);
    const { w1, w2, dims } = monarchProject(tensors['M'].values, { rows: n, columns: n, k, l: k });
    expectGolden('dense', monarchDense(w1, w2, dims), tensors['dense'].values, DOUBLE);
    expectGolden('w1', w1.map(Math.abs), tensors['abs_w1'].values, DOUBLE);
    expectGolden('w2', w2.map(Math.abs), tensors['abs_w2'].values, DOUBLE);
  });

  test.each([
    ['monarch-fft-n16', 4, 4, false],
    ['monarch-fft-n64', 8, 8, false],
    ['monarch-ifft-n24', 6, 4, true],
  ] as const)('%s has the factors of monarchFourier', async (name, k, l, inverse) => {
    const file = golden(name);
    const { order, w1, w2 } = monarchFourier(k, l);
    expect([...order]).toEqual([...file.tensors['perm'].values]);
    const factor = (values: Float64Array, shape: readonly number[]): { values: Float64Array; shape: readonly number[] } => ({
      values: inverse ? values.map((v, i) => (i % 2 === 0 ? v : -v)) : values,
      shape,
    });
    const tensors = { ...file.tensors, w1: factor(w1, [k, l, l, 2]), w2: factor(w2, [l, k, k, 2]) };
    const results = await fourier(reference(), { ...file, tensors });
    for (const id in results) expectGolden(id, results[id].values, file.tensors[id].values, DOUBLE);
  });
});

describeDevices('golden', (subject) => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(subject.backend(), file);
    for (const id in results) expectGolden(id, results[id].values, file.tensors[id].values, bound(file, id));
  });
});
