import { describe, expect, test } from 'vitest';
import { sgconvNorm } from '../reference/kernels.js';
import { complexProduct, irfft, rfft } from '../src/autograd/fft-ops.js';
import { add, gelu, glu, longconv } from '../src/autograd/ops.js';
import { Tape, type Var } from '../src/autograd/tape.js';
import type { Backend, SgconvOptions } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import { linearLayer } from '../src/nn/linear.js';
import {
  type LongConvConfig,
  geometricEnvelope,
  longConvConfig,
  longConvKernel,
  longConvMixer,
} from '../src/nn/long-conv.js';
import { type SgconvConfig, sgconvConfig, sgconvMixer } from '../src/nn/sgconv.js';
import type { MixerDims } from '../src/nn/ssm.js';
import type { TensorLike } from '../src/tensor.js';
import { swapLast } from './nn/published.js';
import { describeDevices } from './support/backends.js';
import { expectGolden } from './support/close.js';
import { type Golden, golden } from './support/golden.js';
import { type Host, run } from './support/op.js';

type AnyBackend = Backend<TensorLike>;
type Vars = Readonly<Record<string, Var<TensorLike>>>;

/** What published code and this library compute alike, by the name of the golden tensor. */
type Check = (backend: AnyBackend, file: Golden) => Promise<Record<string, Host>>;

const SGCONV = [
  'sgconv-cat-bidirectional-h4-d8-l100',
  'sgconv-cat-cos-scale1-h4-d8-l64',
  'sgconv-cat-d1-h3-l48',
  'sgconv-cat-h3-d4-l64',
  'sgconv-cat-nearest-h2-d4-l37-ch2',
  'sgconv-cat-padded-h2-d4-l50of32',
  'sgconv-cat-powerlaw-fixed-h3-d8-l64',
  'sgconv-cat-powerlaw-learned-h3-d4-l40',
  'sgconv-layer-h4-d4-l32',
  'sgconv-sum-h3-d4-l32',
];

const KERNELS = [
  'longconv-kernel-smooth-freq-h3-l32',
  'longconv-kernel-smooth-h3-l32',
  'longconv-kernel-smooth-squash-h2-l41-ch2',
  'longconv-kernel-squash-h3-l32-ch2',
  'longconv-kernel-two-sided-h2-l16',
];

const LAYERS = ['longconv-layer-bidirectional-h4-l15', 'longconv-layer-h3-l20-ch2'];

/** Run `body` on variables, and return its result under `name` with the gradients of sum(result G). */
async function differentiate(
  backend: AnyBackend,
  name: string,
  inputs: Readonly<Record<string, Host>>,
  G: Host,
  body: (vars: Vars) => Var<TensorLike>,
): Promise<Record<string, Host>> {
  return run(backend, { ...inputs, G }, ({ G, ...tensors }) => {
    using tape = new Tape(backend);
    const params = Object.fromEntries(Object.entries(tensors).map(([id, value]) => [id, { value }]));
    const y = body(tape.params(params));
    const gradients = [...tape.gradients(y, G)].map(([id, gradient]) => [`grad_${id}`, backend.scale(gradient, 1)]);
    return { [name]: backend.scale(y.value, 1), ...Object.fromEntries(gradients) };
  });
}

function sgconvSetting({ tensors, args }: Golden): { config: SgconvConfig; dims: MixerDims; w: Host; initial: Host } {
  const mode = args['mode'] as string;
  const dims: MixerDims = {
    dModel: args['H'] as number,
    channels: args['channels'] as number,
    bidirectional: args['bidirectional'] as boolean,
    parity: 'v3',
    lMax: args['l_max'] as number,
  };
  const config = sgconvConfig(
    {
      kernelDim: args['kernel_dim'] as number,
      initScale: args['init_scale'] as number,
      mode: mode.startsWith('cat') ? 'cat' : 'sum',
      interpolation: mode.includes('nearest') ? 'nearest' : 'linear',
      decay: !mode.includes('learnable') ? 'scale' : mode.includes('fixed') ? 'fixed-power' : 'power',
      decayMin: args['decay_min'] as number,
      decayMax: args['decay_max'] as number,
    },
    dims,
  );
  const S = args['n_scales'] as number;
  const stack = (suffix: string): Host => {
    const scales = Array.from({ length: S }, (_, i) => tensors[`w${i}${suffix}`]);
    return { shape: [S, ...scales[0].shape], values: scales.flatMap(({ values }) => Array.from(values)) };
  };
  return { config, dims, w: stack(''), initial: stack('_init') };
}

const flat = ({ values }: Host, shape: readonly number[]): Host => ({ values, shape });

/**
 * Kernels of both directions, [2, H, L], from [k0, zeros] + [zeros, reversed k1] of 2L taps; other kernels as they are.
 */
function directions({ values, shape }: Host, bidirectional: boolean): Host {
  if (!bidirectional) return { values, shape };
  const [, H, taps] = shape as [number, number, number];
  const L = taps / 2;
  const tap = (i: number): number => {
    const [direction, h, s] = [Math.floor(i / (H * L)), Math.floor(i / L) % H, i % L];
    return values[h * taps + (direction === 0 ? s : taps - 1 - s)];
  };
  return { shape: [2, H, L], values: Array.from({ length: 2 * H * L }, (_, i) => tap(i)) };
}

/** The gradient of [S, C, H, d] scale by scale, as the files have it. */
function unstack(gradient: Host, prefix: string): Record<string, Host> {
  const [S, ...shape] = gradient.shape;
  const size = gradient.values.length / S;
  const part = (i: number): Host => ({ shape, values: Array.from(gradient.values).slice(i * size, (i + 1) * size) });
  return Object.fromEntries(Array.from({ length: S }, (_, i) => [`${prefix}${i}`, part(i)]));
}

/** Values [B, L, H] as [B, H, L]. */
function swap({ values, shape }: Host): Host {
  const [B, L, H] = shape as [number, number, number];
  return { values: swapLast(values, L, H), shape: [B, H, L] };
}

/** GELU, linear map and GLU, and the result as [B, L, H]. */
function outputLayer(y: Var<TensorLike>, { W, bias }: Vars): Var<TensorLike> {
  return glu(linearLayer({ W, bias }, gelu(y)));
}

const sgconv: Check = async (backend, file) => {
  const { tensors, args } = file;
  const { config, dims, w } = sgconvSetting(file);
  const { dModel: H, bidirectional } = dims;
  const { mode, interpolation, initScale } = config;
  const norm = flat(tensors['kernel_norm'], tensors['kernel_norm'].shape.slice(0, 2));
  const whole = args['whole_layer'] === true;
  const L = args['L'] as number;
  const constants = {
    norm,
    ...(tensors['multiplier'] === undefined ? {} : { decay: flat(tensors['multiplier'], [H]) }),
  };
  const power: Record<string, Host> = tensors['decay'] === undefined ? {} : { power: tensors['decay'] };
  const trained = config.decay === 'power';

  const dk = directions(tensors['Gk'], bidirectional);
  const kernel = await run(backend, { w, ...constants, ...power, dk }, ({ w, dk, ...factors }) => {
    const options: SgconvOptions<TensorLike> = { L, mode, interpolation, initScale, ...factors };
    const { dw, dPower } = backend.sgconvKernelVjp(w, dk, options);
    return { k: backend.sgconvKernel(w, options), dw, ...(dPower === undefined ? {} : { dPower }) };
  });

  const inputs = { w, ...power, D: tensors['D'], x: whole ? swap(tensors['x']) : tensors['x'] };
  const output = whole
    ? { W: tensors['output_linear.weight'], bias: tensors['output_linear.bias'] }
    : {};
  const G = whole ? swap(tensors['Gy']) : tensors['Gy'];
  const fixed = Object.entries(constants).map(
    ([id, { values, shape }]): [string, TensorLike] => [id, backend.tensor(values, shape)],
  );
  const results = await differentiate(backend, 'y', { ...inputs, ...output }, G, (vars) => {
    const { w, power, D, x } = vars;
    const { norm, decay } = Object.fromEntries(fixed.map(([id, tensor]) => [id, x.tape.input(tensor)]));
    const y = sgconvMixer({ w, power, decay, norm, D }, x, config, dims);
    return whole ? outputLayer(y, vars) : y;
  });
  for (const [, tensor] of fixed) tensor.dispose();
  const { y, grad_w, grad_x, grad_power, grad_W, grad_bias, grad_D } = results;
  return {
    k: kernel['k'],
    ...unstack(kernel['dw'], 'gradk_w'),
    y: whole ? swapBack(y) : y,
    grad_D,
    grad_x: whole ? swapBack(grad_x) : grad_x,
    ...unstack(grad_w, 'grad_w'),
    ...(trained ? { gradk_decay: kernel['dPower'], grad_decay: grad_power } : {}),
    ...(whole ? { 'grad_output_linear.weight': grad_W, 'grad_output_linear.bias': grad_bias } : {}),
  };
};

function swapBack({ values, shape }: Host): Host {
  const [B, H, L] = shape as [number, number, number];
  return { values: swapLast(values, H, L), shape: [B, L, H] };
}

/** The golden tensor a result is compared with. */
function expected(file: Golden, id: string): Host {
  const host = file.tensors[id];
  return id === 'k' && file.args['bidirectional'] === true ? directions(host, true) : host;
}

function longConvSetting({ args }: Golden): { config: LongConvConfig; dims: MixerDims } {
  const dims: MixerDims = {
    dModel: args['H'] as number,
    channels: args['channels'] as number,
    bidirectional: args['bidirectional'] === true,
    parity: 'v3',
    lMax: args['L'] as number,
  };
  const options: Partial<LongConvConfig> = {
    lambda: args['lam'] as number,
    smoothing: args['smooth'] !== true ? 'none' : args['smooth_freq'] === true ? 'frequency' : 'time',
    ...(args['window'] === undefined ? {} : { smoothWidth: args['window'] as number }),
    kernelDropout: 0,
  };
  return { config: longConvConfig(options, dims), dims };
}

const kernel: Check = (backend, file) => {
  const { w, G } = file.tensors;
  const { config } = longConvSetting(file);
  return differentiate(backend, 'k', { w }, G, ({ w }) => longConvKernel(w, w.shape[2], config, { layer: 0 }));
};

const layer: Check = async (backend, file) => {
  const { tensors } = file;
  const { config, dims } = longConvSetting(file);
  const inputs = {
    k: tensors['param.kernel'],
    D: tensors['param.D'],
    x: swap(tensors['x']),
    W: tensors['param.output_linear.weight'],
    bias: tensors['param.output_linear.bias'],
  };
  const results = await differentiate(backend, 'y', inputs, swap(tensors['G']), (vars) => {
    const { k, D, x } = vars;
    return outputLayer(longConvMixer({ k, D }, x, config, dims, { layer: 0 }), vars);
  });
  const { y, grad_k, grad_D, grad_x, grad_W, grad_bias } = results;
  return {
    y: swapBack(y),
    'grad.kernel': grad_k,
    'grad.D': grad_D,
    grad_x: swapBack(grad_x),
    'grad.output_linear.weight': grad_W,
    'grad.output_linear.bias': grad_bias,
  };
};

/**
 * Published code convolves K > L taps by a transform of 2L: taps from L on wrap around and act on the future. Layers
 * here cut the kernel to L; who needs the other behaviour composes it of transforms, as here.
 */
const wrapped: Check = (backend, file) => {
  const { u, k, D, G } = file.tensors;
  const n = file.args['fft_size'] as number;
  return differentiate(backend, 'y', { u, k, D }, G, ({ u, k, D }) => {
    const convolved = irfft(complexProduct(rfft(u, { n }), rfft(k, { n })), { n, L: u.shape[2] });
    // The skip term alone: a kernel of one tap, which is zero.
    const noTap = u.tape.own(backend.zeros([1, D.shape[1], 1]));
    return add(convolved, longconv(u, noTap, { D }));
  });
};

/** The same with the kernel cut to L: the causal definition. */
const cut: Check = (backend, { tensors: { u, k, D } }) =>
  run(backend, { u, k, D }, ({ u, k, D }) => {
    using first = backend.resize(k, u.shape[2]);
    return { y_truncated: backend.longconv(u, first, { D }) };
  });

const WRAPPED = 'conv-wrap-quirk-b2-h2-l20-k32';

const CHECKS: readonly [string, Check][] = [
  ...SGCONV.map((name): [string, Check] => [name, sgconv]),
  ...KERNELS.map((name): [string, Check] => [name, kernel]),
  ...LAYERS.map((name): [string, Check] => [name, layer]),
  [WRAPPED, wrapped],
  [WRAPPED, cut],
];

/** Some tensors have no bound of their own in the files. */
const LIKE: Readonly<Record<string, string>> = { gradk_decay: 'grad_decay', y_truncated: 'y' };

/** Double precision agrees to at least this; the files were computed with other sums in another order. */
const DOUBLE = 1e-11;

describe('reference', () => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(reference() as AnyBackend, file);
    for (const id in results) expectGolden(id, results[id].values, expected(file, id).values, DOUBLE);
  });

  test.each(SGCONV)('Z of %s', (name) => {
    const file = golden(name);
    const { config, initial } = sgconvSetting(file);
    const [S, C, H, d] = initial.shape as [number, number, number, number];
    const { multiplier, decay: power } = file.tensors;
    const options = { ...config, decay: multiplier?.values, power: power?.values };
    const Z = sgconvNorm(Float64Array.from(initial.values), { S, C, H, d }, options);
    expectGolden('Z', Z, file.tensors['kernel_norm'].values, DOUBLE);
  });

  test('longconv-kernel-geometric-h6-l48', () => {
    const { tensors, bounds } = golden('longconv-kernel-geometric-h6-l48');
    const { noise, w } = tensors;
    const [, H, L] = noise.shape;
    const values = noise.values.map((x, i) => x * geometricEnvelope(i % L, L, Math.floor(i / L) % H, H));
    expectGolden('w', values, w.values, bounds['w'] as number);
  });
});

describeDevices('golden kernels', (subject) => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(subject.backend(), file);
    for (const id in results) {
      const bound = file.bounds[id] ?? file.bounds[LIKE[id] ?? ''];
      expect(bound, `the file's bound of ${id}`).toBeDefined();
      expectGolden(id, results[id].values, expected(file, id).values, bound as number);
    }
  });
});
