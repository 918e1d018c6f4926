import { describe, expect, test } from 'vitest';
import * as ops from '../src/autograd/ops.js';
import { s4dKernel, s4dNextState, s4dStateOutput } from '../src/autograd/s4d-ops.js';
import { Tape, type Var } from '../src/autograd/tape.js';
import type { Backend } from '../src/backend.js';
import { type RefTensor, reference } from '../src/backends/reference.js';
import { DisposedError } from '../src/errors.js';
import { sizeOf } from '../src/tensor.js';
import { expectVjp } from './support/grad.js';
import { Rng, normals } from './support/random.js';

type Inputs = Readonly<Record<string, Var<RefTensor>>>;

/** Compare the gradients that the tape gives with central differences. */
function expectGradients(
  f: (x: Inputs, backend: Backend<RefTensor>) => Var<RefTensor>,
  shapes: Readonly<Record<string, readonly number[]>>,
): void {
  const backend = reference();
  /** y, or with dy the gradients. */
  const run = (
    inputs: Record<string, Float64Array>,
    dy?: Float64Array,
  ): [Float64Array, Record<string, Float64Array>] => {
    using tape = new Tape(backend);
    const params = Object.entries(inputs).map(([id, x]) => [id, { value: backend.tensor(x, shapes[id]) }] as const);
    const y = f(tape.params(Object.fromEntries(params)) as Inputs, backend);
    const values = Float64Array.from(y.value.values);
    const gradients = dy === undefined ? new Map() : tape.gradients(y, backend.tensor(dy, y.shape));
    return [values, Object.fromEntries([...gradients].map(([id, g]) => [id, Float64Array.from(g.values)]))];
  };
  const rng = new Rng(1);
  const inputs = Object.entries(shapes).map(([id, shape]) => [id, normals(sizeOf(shape), rng)] as const);
  expectVjp(
    (x) => run(x)[0],
    (x, dy) => run(x, dy)[1],
    Object.fromEntries(inputs),
    rng,
  );
}

describe('every operation follows its central difference', () => {
  const x = [2, 4, 5];
  const H = [4];
  const key = (backend: Backend<RefTensor>): RefTensor => backend.tensor([1, 2], [2], 'u32');
  const A = { invDt: [4], invReA: [2, 3], invImA: [2, 3] };
  const [B, C] = [
    [2, 3, 2],
    [1, 4, 3, 2],
  ];
  const state = [2, 4, 3, 2];
  /** An input without a gradient. */
  const fixed = (tape: Tape<RefTensor>, shape: readonly number[]): Var<RefTensor> =>
    tape.input(tape.backend.tensor(normals(sizeOf(shape), new Rng(5)), shape));
  const cases: Record<
    string,
    [Readonly<Record<string, readonly number[]>>, (x: Inputs, backend: Backend<RefTensor>) => Var<RefTensor>]
  > = {
    longconv: [{ u: x, k: [4, 3] }, ({ u, k }) => ops.longconv(u, k)],
    'longconv with D, both ways': [
      { u: x, k: [4, 4, 5], D: [2, 4] },
      ({ u, k, D }) => ops.longconv(u, k, { D, bidirectional: true }),
    ],
    s4dKernel: [
      { ...A, B, C },
      (p) => s4dKernel(p as never, { L: 7, dtTransform: 'softplus', discretisation: 'bilinear' }),
    ],
    s4dStateOutput: [
      { ...A, C, state },
      ({ state, ...p }) =>
        s4dStateOutput({ ...p, B: fixed(state.tape, B) } as never, state, { L: 7, imagTransform: 'exp' }),
    ],
    s4dNextState: [
      { ...A, B, state, u: x },
      ({ state, u, ...p }) =>
        s4dNextState({ ...p, C: fixed(state.tape, C) } as never, state, u, { realTransform: 'softplus' }),
    ],
    matmul: [
      { a: [3, 4, 2], b: [3, 5, 4], bias: [5] },
      ({ a, b, bias }) => ops.matmul(a, b, { bias, transposeA: true, transposeB: true }),
    ],
    linear: [{ x, W: [3, 4], bias: [3] }, ({ x, W, bias }) => ops.linear(x, W, { bias })],
    embedding: [
      { table: [6, 4] },
      ({ table }, b) => ops.embedding(table.tape.input(b.tensor([0, 5, 5, 1, 2, 0], [2, 3], 'u32')), table),
    ],
    gelu: [
      { x, bias: H },
      ({ x, bias }, b) => ops.gelu(x, { bias, dropout: { p: 0.3, key: key(b), stream: 3 } }),
    ],
    glu: [
      { x, residual: [2, 2, 5] },
      ({ x, residual }, b) => ops.glu(x, { residual, dropout: { p: 0.3, key: key(b), stream: 3, tied: true } }),
    ],
    sigmoid: [{ x }, ({ x }) => ops.sigmoid(x)],
    relu: [{ x }, ({ x }) => ops.relu(x)],
    add: [{ a: x, b: x }, ({ a, b }) => ops.add(a, b)],
    scale: [{ x }, ({ x }) => ops.scale(x, -3)],
    dropout: [{ x }, ({ x }, b) => ops.dropout(x, { p: 0.5, key: key(b), stream: 9 })],
    maskLength: [{ x }, ({ x }, b) => ops.maskLength(x, b.tensor([2, 5], [2], 'u32'))],
    layerNorm: [{ x, gamma: H, beta: H }, ({ x, gamma, beta }) => ops.layerNorm(x, gamma, beta)],
    batchNorm: [{ x, gamma: H, beta: H }, ({ x, gamma, beta }) => ops.batchNorm(x, gamma, beta)],
    meanPool: [{ x }, ({ x }, b) => ops.meanPool(x, { lengths: b.tensor([2, 5], [2], 'u32') })],
    lastPool: [{ x }, ({ x }, b) => ops.lastPool(x, { lengths: b.tensor([2, 5], [2], 'u32') })],
    crossEntropy: [{ x: [3, 4] }, ({ x }, b) => ops.crossEntropy(x, b.tensor([3, 0, 3], [3], 'u32'))],
    transpose: [{ x }, ({ x }) => ops.transpose(x)],
    'a variable used three times': [
      { a: x, b: x },
      ({ a, b }) => ops.add(ops.add(a, ops.sigmoid(a)), ops.add(b, ops.scale(a, 2))),
    ],
  };
  test.each(Object.keys(cases))('%s', (name) => {
    const [shapes, f] = cases[name];
    expectGradients(f, shapes);
  });
});

describe('memory', () => {
  const backend = reference();
  const { device } = backend;
  const leaf = (): { value: RefTensor } => ({ value: backend.tensor(normals(20, new Rng(3)), [1, 4, 5]) });

  test('a value lives until the caller and the last gradient are done with it', () => {
    using p = leaf().value;
    using tape = new Tape(backend);
    const { x } = tape.params({ x: { value: p } });
    const before = device.live;
    const kept = ((): Var<RefTensor> => {
      using a = ops.scale(x, 2); // no gradient reads it
      using b = ops.add(a, a); // sigmoid's does
      return ops.sigmoid(b);
    })();
    expect(device.live - before).toBe(2);
    using dy = backend.tensor(new Float64Array(20).fill(1), [1, 4, 5]);
    const gradients = tape.gradients(kept, dy);
    // the result, dy and one gradient
    expect(device.live - before).toBe(3);
    expect([...gradients.keys()]).toEqual(['x']);
  });

  test('the most in use at once grows by what each layer keeps, and falls in the walk', () => {
    const depth = 6;
    using p = leaf().value;
    using tape = new Tape(backend);
    const { x } = tape.params({ x: { value: p } });
    const start = device.live;
    let y = ops.scale(x, 1);
    for (let i = 0; i < depth; i++) {
      using before = y;
      using a = ops.scale(before, 0.5);
      y = ops.sigmoid(a);
    }
    expect(device.live - start).toBe(depth + 1);
    using dy = backend.tensor(new Float64Array(20), [1, 4, 5]);
    let most = 0;
    const { sigmoidVjp } = backend;
    const watched = backend as { sigmoidVjp: typeof sigmoidVjp };
    watched.sigmoidVjp = (...args) => {
      const result = sigmoidVjp(...args);
      most = Math.max(most, device.live - start);
      return result;
    };
    tape.gradients(y, dy);
    watched.sigmoidVjp = sigmoidVjp;
    // the kept inputs, the result, dy, and the cotangents of one layer
    expect(most).toBeLessThanOrEqual(depth + 4);
    expect(device.live - start).toBe(3);
  });

  test('constants keep nothing for a gradient', () => {
    using p = leaf().value;
    using gamma = backend.tensor([1, 2, 3, 4], [4]);
    using tape = new Tape(backend);
    const v = tape.constants({ x: { value: p }, gamma: { value: gamma } });
    const before = device.live;
    const y = ((): Var<RefTensor> => {
      using a = ops.batchNorm(v.x, v.gamma, v.gamma);
      using b = ops.gelu(a);
      return ops.sigmoid(b);
    })();
    expect(y.needsGradient).toBe(false);
    expect(device.live - before).toBe(1);
    using dy = backend.tensor(new Float64Array(20), [1, 4, 5]);
    expect(tape.gradients(y, dy).size).toBe(0);
  });

  test('the tape frees what is left, walked or not, and leaves what was taken', () => {
    const before = device.live;
    for (const walk of [false, true]) {
      using p = leaf().value;
      let taken: RefTensor;
      {
        using tape = new Tape(backend);
        const { x, gamma } = tape.params({ x: { value: p }, gamma: { value: backend.tensor([1, 2, 3, 4], [4]) } });
        const y = ops.batchNorm(x, gamma, gamma);
        const loss = ops.meanPool(ops.add(y, y));
        using dy = backend.tensor([1, 2, 3, 4], [1, 4]);
        if (walk) tape.gradients(loss, dy);
        taken = tape.take(loss);
        gamma.value.dispose();
      }
      expect(taken.disposed).toBe(false);
      taken.dispose();
    }
    expect(device.live).toBe(before);
  });

  test('cotangents of parameters that share one tensor are freed once each', async () => {
    const before = device.live;
    {
      using p = leaf().value;
      using q = leaf().value;
      using dy = backend.tensor(normals(20, new Rng(5)), [1, 4, 5]);
      using tape = new Tape(backend);
      const { a, b, c } = tape.params({ a: { value: p }, b: { value: q }, c: { value: q, lr: 0 } });
      const gradients = tape.gradients(ops.add(ops.add(a, b), c), dy);
      expect([...gradients.keys()]).toEqual(['a', 'b']);
      expect(gradients.get('a')).not.toBe(gradients.get('b'));
      expect(await gradients.get('a')?.read()).toEqual(await dy.read());
      expect(await gradients.get('b')?.read()).toEqual(await dy.read());
    }
    expect(device.live).toBe(before);
  });
});

describe('misuse', () => {
  const backend = reference();
  const x = backend.tensor([1, 2], [1, 2]);

  test('a freed value, a second walk, a loss of two numbers, another shape of dy', () => {
    using tape = new Tape(backend);
    const p = tape.params({ x: { value: x } });
    const y = ops.sigmoid(p.x);
    expect(() => tape.gradients(y)).toThrow('Tape.gradients: y has shape [1,2], expected [1]');
    const a = ops.scale(y, 2);
    a[Symbol.dispose]();
    expect(() => ops.relu(a)).toThrow(DisposedError);
    expect(() => tape.take(p.x)).toThrow(TypeError);
    using dy = backend.tensor([1], [1]);
    expect(() => tape.gradients(y, dy)).toThrow('dy has shape [1], expected [1,2] to match y');
    using right = backend.tensor([1, 1], [1, 2]);
    tape.gradients(y, right);
    expect(() => tape.gradients(y, right)).toThrow('walked already');
  });

  test('a gradient through batchNormInference', () => {
    using tape = new Tape(backend);
    const p = tape.params({ x: { value: x }, g: { value: backend.tensor([1, 1], [2]) } });
    const y = ops.batchNormInference(p.x, p.g, p.g, p.g, p.g);
    using dy = backend.tensor([1, 1], [1, 2]);
    expect(() => tape.gradients(y, dy)).toThrow('batchNormInference: it has no gradient');
  });
});
