import { describe, expect, test } from 'vitest';
import { monarchDft, monarchOrder, monarchStage } from '../reference/monarch-dft.js';
import { complexProduct, irfft, rfft } from '../src/autograd/fft-ops.js';
import { add, gelu, longconv } from '../src/autograd/ops.js';
import { Tape, type Var } from '../src/autograd/tape.js';
import type { Backend } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { describeDevices } from './support/backends.js';
import { expectGolden } from './support/close.js';
import { type Golden, golden } from './support/golden.js';
import { type Host, run } from './support/op.js';

type AnyBackend = Backend<TensorLike>;
type Vars = Readonly<Record<string, Var<TensorLike>>>;
type Hosts = Readonly<Record<string, Host>>;

/** What published code and this library compute alike, by the name of the golden tensor. */
type Check = (backend: AnyBackend, file: Golden) => Promise<Hosts>;

/** y, and the gradients of sum(y G) by the names of the inputs. */
async function differentiate(
  backend: AnyBackend,
  { G, ...inputs }: Hosts,
  body: (vars: Vars) => Var<TensorLike>,
): Promise<Record<string, Host>> {
  return run(backend, { ...inputs, G }, ({ G, ...tensors }) => {
    using tape = new Tape(backend);
    const params = Object.fromEntries(Object.entries(tensors).map(([id, value]) => [id, { value }]));
    const y = body(tape.params(params));
    const gradients = [...tape.gradients(y, G)].map(([id, gradient]) => [`grad_${id}`, backend.scale(gradient, 1)]);
    return { y: backend.scale(y.value, 1), ...(Object.fromEntries(gradients) as Record<string, TensorLike>) };
  });
}

/** values[i] for the places of a tensor of the given shape. */
function make(shape: readonly number[], value: (i: number) => number): Host {
  return { shape, values: Float64Array.from({ length: shape.reduce((n, d) => n * d, 1) }, (_, i) => value(i)) };
}

const ones = (H: number): Host => make([H, 1], () => 1);

const gated: Check = (backend, { tensors: { u, k, pregate, postgate, G } }) =>
  differentiate(backend, { u, k, pregate, postgate, G }, ({ u, k, pregate, postgate }) =>
    longconv(u, k, { pregate, postgate }),
  );

/** Circular over the length: from transforms, gates from kernels of one tap. */
const circular: Check = async (backend, { tensors: { u, k, pregate, postgate, G } }) => {
  const [, H, L] = u.shape;
  const inputs = { u, k: { ...k, shape: [1, H, L] }, pregate, postgate, one: ones(H), G };
  const { grad_one: _, ...results } = await differentiate(backend, inputs, ({ u, k, pregate, postgate, one }) => {
    const product = complexProduct(rfft(longconv(u, one, { pregate })), rfft(k));
    return longconv(irfft(product, { n: L }), one, { postgate });
  });
  return results;
};

const sparse: Check = (backend, { tensors: { u, k, G }, args }) =>
  differentiate(backend, { u, k, G }, ({ u, k }) =>
    longconv(u, k, { bins: Math.ceil((args['N_partial'] as number) / 2) }),
  );

/** The first taps only. */
const partial: Check = async (backend, { tensors: { u, k, G }, args }) => {
  const [[H, L], K] = [k.shape, args['N_partial'] as number];
  const short = make([H, K], (i) => k.values[Math.floor(i / K) * L + (i % K)]);
  const results = await differentiate(backend, { u, k: short, G }, ({ u, k }) => longconv(u, k));
  const { values } = results['grad_k'];
  const grad_k = make([H, L], (i) => (i % L < K ? values[Math.floor(i / L) * K + (i % L)] : 0));
  return { ...results, grad_k };
};

const activated: Check = (backend, { tensors: { u, k, D, G } }) =>
  differentiate(backend, { u, k, D, G }, ({ u, k, D }) => gelu(longconv(u, k, { D })));

/** k_rev[m] acts m samples ahead, the present included; the mask is one factor for a row. */
const reversed: Check = async (backend, { tensors: { u, k, k_rev, D, mask, G } }) => {
  const [[H, L], [B]] = [k.shape, u.shape];
  const n = H * L;
  const ahead = make([2, H, L], (i) => {
    if (i < n) return i % L === 0 ? k_rev.values[i] : 0;
    return i % L === L - 1 ? 0 : k_rev.values[i - n + 1];
  });
  const constants = { mask: make([B, H, L], (i) => mask.values[Math.floor(i / L)]), one: ones(H) };
  const inputs = { u, k, D, ahead, ...constants, G };
  const results = await differentiate(backend, inputs, ({ u, k, D, ahead, mask, one }) => {
    const sum = add(longconv(u, k, { D }), longconv(u, ahead, { bidirectional: true }));
    return longconv(gelu(sum), one, { postgate: mask });
  });
  const { y, grad_u, grad_k, grad_D, grad_ahead } = results;
  const { values } = grad_ahead;
  const grad_k_rev = make([H, L], (i) => (i % L === 0 ? values[i] : values[n + i - 1]));
  return { y, grad_u, grad_k, grad_D, grad_k_rev };
};

/** H3: keys and values of a head multiply in all pairs (i, j), queries i are summed over; a row for each pair. */
const h3: Check = async (backend, { tensors: { k, v, q, ssm_kernel, D, G }, args }) => {
  const d = args['head_dim'] as number;
  const [B, features, L] = k.shape;
  const heads = features / d;
  const shape = [B * d * d, heads, L];
  // Row (b, i, j) of head h takes feature h d + i, or h d + j.
  const place = (at: number, second: boolean): number => {
    const [t, h, row] = [at % L, Math.floor(at / L) % heads, Math.floor(at / (L * heads))];
    const [b, i, j] = [Math.floor(row / (d * d)), Math.floor(row / d) % d, row % d];
    return (b * features + h * d + (second ? j : i)) * L + t;
  };
  const spread = (x: Host, second: boolean): Host => make(shape, (at) => x.values[place(at, second)]);
  const gather = (x: Host, second: boolean): Host => {
    const sum = make(k.shape, () => 0);
    for (let at = 0; at < x.values.length; at++) (sum.values as Float64Array)[place(at, second)] += x.values[at];
    return sum;
  };
  const inputs = { u: spread(v, true), k: ssm_kernel, D, pregate: spread(k, false), postgate: spread(q, false) };
  const all = { ...inputs, G: spread(G, true) };
  const results = await differentiate(backend, all, ({ u, k, ...options }) => longconv(u, k, options));
  return {
    y: gather(results['y'], true),
    grad_v: gather(results['grad_u'], true),
    grad_k: gather(results['grad_pregate'], false),
    grad_q: gather(results['grad_postgate'], false),
    grad_ssm_kernel: results['grad_k'],
    grad_D: results['grad_D'],
  };
};

/** The transform, in the order of a decomposition, and the circular convolution. */
const flashfft: Check = async (backend, { tensors: { x, k, order } }) => {
  const N = x.values.length;
  const inputs = { x: { ...x, shape: [1, 1, N] }, k: { ...k, shape: [1, 1, N] } };
  const { X, y } = await run(backend, inputs, ({ x, k }) => {
    const [X, K] = [backend.rfft(x), backend.rfft(k)];
    using product = backend.complexProduct(X, K);
    K.dispose();
    return { X, y: backend.irfft(product, { n: N }) };
  });
  const spectrum = make([N, 2], (i) => {
    const f = order.values[i >> 1];
    return f <= N / 2 ? X.values[2 * f + (i & 1)] : X.values[2 * (N - f) + (i & 1)] * (i % 2 === 0 ? 1 : -1);
  });
  return { spectrum, y };
};

const FLASHFFT = ['flashfft-16x16', 'flashfft-16x16x16', 'flashfft-32x16x16', 'flashfft-32x32'];

const CHECKS: readonly [string, Check][] = [
  ['conv-gated-causal-b2-h2-l128-n256', gated],
  ['conv-gated-circular-b2-h2-l256', circular],
  ['conv-frequency-sparse-b2-h3-l40', sparse],
  ['conv-partial-b2-h3-l40', partial],
  ['conv-fused-gelu-b2-h3-l24', activated],
  ['conv-fused-reverse-mask-b2-h3-l19', reversed],
  ['conv-h3-b2-h4-l20-d2', h3],
  ...FLASHFFT.map((name): [string, Check] => [name, flashfft]),
];

/** Double precision agrees to at least this; the files were computed with other sums in another order. */
const DOUBLE = 1e-11;
/** A file holds its mask, 10 / 7, in single precision. */
const ROUNDED: Readonly<Record<string, number>> = { 'conv-fused-reverse-mask-b2-h3-l19': 2 ** -24 };

describe('reference', () => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(reference(), file);
    for (const id in results) expectGolden(id, results[id].values, file.tensors[id].values, ROUNDED[name] ?? DOUBLE);
  });

  test.each(FLASHFFT)('stages and order of %s', (name) => {
    const { tensors, args } = golden(name);
    const { x, order, stage1, spectrum } = tensors;
    const factors = args['factors'] as number[];
    const pairs = ({ re, im }: { re: Float64Array; im: Float64Array }): number[] =>
      Array.from(re, (v, i) => [v, im[i]]).flat();
    expect(monarchOrder(factors)).toEqual(Array.from(order.values));
    const samples = { re: x.values, im: new Float64Array(x.values.length) };
    expectGolden('stage1', pairs(monarchStage(samples, factors[0])), stage1.values, DOUBLE);
    expectGolden('spectrum', pairs(monarchDft(samples, factors)), spectrum.values, DOUBLE);
  });
});

describeDevices('golden', (subject) => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(subject.backend(), file);
    for (const id in results) {
      expectGolden(id, results[id].values, file.tensors[id].values, file.bounds[id] as number);
    }
  });
});
