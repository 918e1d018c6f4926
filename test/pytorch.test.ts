import { describe, expect, test } from 'vitest';
import { s4Kernel } from '../reference/s4.js';
import { type Param, namedParams } from '../src/autograd/params.js';
import { DataError, UnsupportedError } from '../src/errors.js';
import {
  type Classifier,
  type ClassifierConfig,
  type ClassifierOptions,
  type HostArray,
  PYTORCH_FORMATS,
  type PytorchFormat,
  Rng,
  type S4,
  type StoredArray,
  classifierConfig,
  fromPytorch,
  initClassifier,
  lengthenS4,
  readSafetensors,
  toPytorch,
  writeSafetensors,
} from '../src/nn.js';
import { relativeError } from './support/close.js';

type Host = Classifier<Param<HostArray>>;
type Options = Partial<ClassifierOptions>;

const statistics = ['weight', 'bias', 'running_mean', 'running_var', 'num_batches_tracked'];

const base = { classes: 3, dModel: 6, depth: 2, lMax: 32 };

/** Models of every format: kind of mixer, then what differs from {@link base}. */
const models: readonly (readonly [PytorchFormat, string, Options])[] = [
  ['s4-v3', 'S4', { mixer: { kind: 's4', dState: 8, nSsm: 2 }, parity: 'v3' }],
  [
    's4-v3',
    'S4 of rank 2, two-sided, of tokens',
    { mixer: { kind: 's4', dState: 8, init: 'legt', rank: 2 }, bidirectional: true, vocab: 11 },
  ],
  ['s4-v3', 'S4D', { mixer: { kind: 's4d', dState: 8 }, parity: 'v3', channels: 2, norm: 'layer' }],
  ['s4-v4', 'S4', { mixer: { kind: 's4', dState: 8, nSsm: 3, dtTransform: 'softplus' }, bidirectional: true }],
  ['s4-v4', 'S4 with norms after the layers', { mixer: { kind: 's4', dState: 4 }, prenorm: false, norm: 'layer' }],
  ['s4-v4', 'S4D', { mixer: { kind: 's4d', dState: 8, nSsm: 6 }, channels: 2, bidirectional: true, vocab: 5 }],
  ['sgconv', 'SGConv', { mixer: { kind: 'sgconv', kernelDim: 4, decayMin: 1, decayMax: 3 }, bidirectional: true }],
  ['sgconv', 'SGConv with a power law', { mixer: { kind: 'sgconv', kernelDim: 8, decay: 'power' }, channels: 2 }],
  ['safari', 'long convolution', { mixer: { kind: 'longconv' }, channels: 2 }],
  ['safari', 'long convolution, two-sided', { mixer: { kind: 'longconv' }, bidirectional: true, prenorm: false }],
];

/** A model whose every value is its own, running statistics too. */
function randomModel(options: Options): { config: ClassifierConfig; params: Host } {
  const config = classifierConfig({ ...base, ...options });
  const params = initClassifier(new Rng(7), config);
  const rng = new Rng(8);
  for (const { value } of namedParams(params).values()) {
    for (let i = 0; i < value.values.length; i++) value.values[i] += 0.01 * rng.normal();
  }
  return { config, params };
}

/** What a parameter is, for comparison. */
const plain = (params: Host): unknown[] =>
  [...namedParams(params)].map(([path, { value, lr, decay }]) => [path, value.shape, lr, decay, value.values]);

const stored = (arrays: ReadonlyMap<string, StoredArray>): Map<string, StoredArray> =>
  readSafetensors(writeSafetensors(arrays), 'test').tensors;

describe('a state dict', () => {
  test.each(models)('%s of %s is read back bit for bit', (format, _, options) => {
    const { config, params } = randomModel(options);
    const arrays = stored(toPytorch(params, config, { format }));
    const back = fromPytorch(arrays, config, { format });
    expect(plain(back)).toEqual(plain(params));
    expect(stored(toPytorch(back, config, { format }))).toEqual(arrays);
  });

  const block = (i: number, layer: readonly string[]): string[] => [
    ...layer.map((name) => `model.layers.${i}.layer.${name}`),
    ...['weight', 'bias'].map((name) => `model.layers.${i}.layer.output_linear.0.${name}`),
    ...statistics.map((name) => `model.layers.${i}.norm.norm.${name}`),
  ];
  const whole = (layer: readonly string[]): string[] => [
    ...['weight', 'bias'].flatMap((name) => [`encoder.0.${name}`, `decoder.0.output_transform.${name}`]),
    ...statistics.map((name) => `model.norm.norm.${name}`),
    ...[0, 1].flatMap((i) => block(i, layer)),
  ];
  const within = (module: string, names: string): string[] => names.split(' ').map((name) => `${module}${name}`);

  test.each<[PytorchFormat, Options['mixer'], string[], Record<string, number[]>]>([
    [
      's4-v3',
      { kind: 's4', dState: 8, nSsm: 2 },
      ['D', ...within('kernel.kernel.', 'C log_dt B P inv_w_real w_imag L')],
      { log_dt: [6], B: [1, 2, 4, 2], P: [1, 2, 4, 2], C: [1, 6, 4, 2], w_imag: [2, 4], L: [] },
    ],
    [
      's4-v3',
      { kind: 's4d', dState: 8, nSsm: 2 },
      ['D', ...within('kernel.kernel.', 'C log_dt A B inv_A_real A_imag')],
      { log_dt: [6], B: [2, 4, 2], A: [2, 4, 2], A_imag: [2, 4] },
    ],
    [
      's4-v4',
      { kind: 's4', dState: 8, nSsm: 2 },
      ['layer.D', ...within('layer.kernel.', 'C inv_dt A_real A_imag B P l_kernel')],
      { inv_dt: [6, 1], B: [1, 2, 4, 2], P: [1, 2, 4, 2], l_kernel: [] },
    ],
    ['s4-v4', { kind: 's4d', dState: 8 }, ['layer.D', ...within('layer.kernel.', 'C inv_dt A_real A_imag B')], {}],
    [
      'sgconv',
      { kind: 'sgconv', kernelDim: 8 },
      [...within('', 'D kernel_list.0 kernel_list.1 kernel_list.2 multiplier kernel_norm kernel_norm_initialized')],
      { 'kernel_list.2': [1, 6, 8], multiplier: [1, 6, 1], kernel_norm: [1, 6, 1], kernel_norm_initialized: [] },
    ],
    [
      'sgconv',
      { kind: 'sgconv', kernelDim: 16, decay: 'power' },
      [...within('', 'D kernel_list.0 kernel_list.1 decay multiplier kernel_norm kernel_norm_initialized')],
      { decay: [6], multiplier: [] },
    ],
    ['safari', { kind: 'longconv' }, ['D', 'kernel.kernel'], { kernel: [1, 6, 32] }],
  ])('%s of %j has the names and shapes of the authors', (format, mixer, layer, shapes) => {
    const { config, params } = randomModel({ mixer });
    const arrays = toPytorch(params, config, { format });
    expect([...arrays.keys()].sort()).toEqual(whole(layer).sort());
    for (const [id, shape] of Object.entries(shapes)) {
      const name = [...arrays.keys()].find((key) => key.startsWith('model.layers.0.') && key.endsWith(`.${id}`));
      expect(arrays.get(name as string)?.shape, id).toEqual(shape);
    }
  });

  test('of v3 has the logarithm of dt and both parts of A as they are', () => {
    const { config, params } = randomModel({ mixer: { kind: 's4d', dState: 4, dtTransform: 'softplus' } });
    const arrays = toPytorch(params, config, { format: 's4-v3' });
    const { invDt, invReA, invImA } = params.backbone.blocks[0].mixer as S4<Param<HostArray>>;
    const published = (id: string): ArrayLike<number> =>
      (arrays.get(`model.layers.0.layer.kernel.kernel.${id}`) as StoredArray).values;
    const f64 = ({ value }: Param<HostArray>): number[] => Array.from(value.values);
    const logDt = f64(invDt).map((x) => Math.log(Math.log1p(Math.exp(x))));
    expect(relativeError(published('log_dt'), logDt)).toBeLessThan(2 ** -23);
    expect(published('A_imag')).toEqual(Float32Array.from(f64(invImA), (x) => -x));
    const A = f64(invReA).flatMap((x, i) => [-Math.exp(x), -f64(invImA)[i]]);
    expect(published('A')).toEqual(Float32Array.from(A));
    const back = fromPytorch(arrays, config, { format: 's4-v3' }).backbone.blocks[0].mixer as S4<Param<HostArray>>;
    expect(relativeError(back.invDt.value.values, invDt.value.values)).toBeLessThan(2 ** -22);
  });

  test('of v3 has -Re A itself where S4 makes it positive by relu', () => {
    const { config } = randomModel({ mixer: { kind: 's4', dState: 4, realTransform: 'relu' } });
    const params = initClassifier(new Rng(7), config);
    const arrays = toPytorch(params, config, { format: 's4-v3' });
    const name = 'model.layers.0.layer.kernel.kernel.inv_w_real';
    const { invReA } = params.backbone.blocks[0].mixer as S4<Param<HostArray>>;
    const positive = Array.from(invReA.value.values, (x) => Math.max(x, 0) + 1e-4);
    expect((arrays.get(name) as StoredArray).values).toEqual(Float32Array.from(positive));
    const back = fromPytorch(arrays, config, { format: 's4-v3' }).backbone.blocks[0].mixer as S4<Param<HostArray>>;
    expect(relativeError(back.invReA.value.values, invReA.value.values)).toBeLessThan(2 ** -22);
  });

  test('keeps double precision', () => {
    const { config, params } = randomModel({ mixer: { kind: 's4', dState: 4 } });
    const arrays = toPytorch(params, config, { format: 's4-v4' });
    const name = 'model.layers.1.layer.layer.kernel.B';
    const { shape, values } = arrays.get(name) as StoredArray;
    arrays.set(name, { shape, values: Float64Array.from(values, (x) => x + 1e-12) });
    const { B } = fromPytorch(arrays, config, { format: 's4-v4' }).backbone.blocks[1].mixer as S4<Param<HostArray>>;
    expect(B.value.values).toEqual(Float64Array.from(values, (x) => x + 1e-12));
  });
});

describe('the length of S4', () => {
  const { config, params } = randomModel({ mixer: { kind: 's4', dState: 8, nSsm: 2 }, lMax: 16 });
  const arrays = toPytorch(params, config, { format: 's4-v4' });
  const lengths = [0, 1].map((i) => `model.layers.${i}.layer.layer.kernel.l_kernel`);
  const withLength = (length: number): Map<string, StoredArray> =>
    new Map([...arrays, ...lengths.map((name) => [name, { values: Float64Array.of(length), shape: [] }] as const)]);
  const load = (file: ReadonlyMap<string, StoredArray>, lMax: number): Host =>
    fromPytorch(file, { ...config, lMax }, { format: 's4-v4' });
  const mixerOf = (model: Host): S4<Param<HostArray>> => model.backbone.blocks[1].mixer as S4<Param<HostArray>>;

  const kernel = ({ invDt, invReA, invImA, B, P, C }: S4<Param<HostArray>>, n: number): Float64Array => {
    const f64 = ({ value }: Param<HostArray>): Float64Array => Float64Array.from(value.values);
    const arrays = { invDt: f64(invDt), invReA: f64(invReA), invImA: f64(invImA), B: f64(B), P: f64(P), C: f64(C) };
    return s4Kernel(arrays, { H: 6, S: 2, M: 4, C: 1, R: 1 }, 16, n);
  };

  test('is doubled up to lMax, and the first samples stay', () => {
    const longer = mixerOf(load(arrays, 64));
    const expected = lengthenS4(mixerOf(params), config.mixer as never, config, 64);
    expect(expected.lMax).toBe(64);
    expect(longer.C).toEqual(expected.params.C);
    expect(relativeError(kernel(longer, 64), kernel(mixerOf(params), 16))).toBeLessThan(1e-5);
  });

  test('is made from C itself if the model never ran', () => {
    const longer = [16, 64].map((lMax) => kernel(mixerOf(load(withLength(0), lMax)), lMax));
    expect(relativeError(longer[1], longer[0])).toBeLessThan(1e-5);
    expect(relativeError(longer[0], kernel(mixerOf(params), 16))).toBeGreaterThan(1e-2);
  });

  test.each([
    [16, 15],
    [16, 48],
    [24, 32],
    [-1, 16],
    [0.5, 16],
    [NaN, 16],
  ])('%d does not reach %d', (length, lMax) => {
    expect(() => load(withLength(length), lMax)).toThrow(DataError);
    expect(() => load(withLength(length), lMax)).toThrow(
      new RegExp(`model.layers.0.layer.layer.kernel.l_kernel is ${length} and lMax ${lMax}`),
    );
  });
});

describe('a state dict that does not fit', () => {
  const { config, params } = randomModel({ mixer: { kind: 's4d', dState: 4 } });
  const format = 's4-v4';
  const changed = (change: (arrays: Map<string, StoredArray>) => void): (() => Host) => {
    const arrays = toPytorch(params, config, { format });
    change(arrays);
    return () => fromPytorch(arrays, config, { format });
  };
  const array: StoredArray = { values: Float32Array.of(1), shape: [1] };

  test('lacks names', () => {
    const load = changed((arrays) => arrays.delete('model.layers.1.layer.layer.kernel.inv_dt'));
    expect(load).toThrow(DataError);
    expect(load).toThrow('fromPytorch: missing model.layers.1.layer.layer.kernel.inv_dt');
    expect(() => fromPytorch(new Map(), config, { format })).toThrow(/missing .*, .* and \d+ more/);
  });

  test('has unknown names', () => {
    const load = changed((arrays) => arrays.set('model.layers.0.layer.input_gate.weight', array));
    expect(load).toThrow(DataError);
    expect(load).toThrow('fromPytorch: unknown model.layers.0.layer.input_gate.weight');
  });

  test('has other shapes', () => {
    const load = changed((arrays) => arrays.set('decoder.0.output_transform.bias', array));
    expect(load).toThrow(DataError);
    expect(load).toThrow('fromPytorch: decoder.0.output_transform.bias is [1], expected [3]');
  });

  test('has values of another number than its shape says', () => {
    const load = changed((arrays) => arrays.set('decoder.0.output_transform.bias', { ...array, shape: [3] }));
    expect(load).toThrow(DataError);
  });

  test.each(PYTORCH_FORMATS.filter((id) => !id.startsWith('s4')))('is of another kind: %s', (other) => {
    expect(() => fromPytorch(new Map(), config, { format: other })).toThrow(UnsupportedError);
    expect(() => toPytorch(params, config, { format: other })).toThrow(`the format ${other} has no s4d`);
  });
});
