import { describe, expect, test } from 'vitest';
import { type Param, mapParams } from '../../src/autograd/params.js';
import { Tape, type Var } from '../../src/autograd/tape.js';
import type { Backend } from '../../src/backend.js';
import { type RefDevice, reference } from '../../src/backends/reference.js';
import { UnsupportedError } from '../../src/errors.js';
import { type Classifier, classifier, initClassifier } from '../../src/nn/classifier.js';
import { type ClassifierConfig, classifierConfig } from '../../src/nn/config.js';
import { disposeParams, placeParams } from '../../src/nn/params.js';
import type { S4Form } from '../../src/nn/recurrence-s4.js';
import { openStream } from '../../src/nn/stream.js';
import type { TensorLike } from '../../src/tensor.js';
import { describeDevices } from '../support/backends.js';
import { EPS32, expectClose } from '../support/close.js';
import { Rng, normals } from '../support/random.js';

const [B, L] = [2, 48];
const size = { classes: 3, dModel: 8, depth: 2 };
interface Model extends ClassifierConfig {
  readonly form?: S4Form;
}

const S4 = classifierConfig({ ...size, lMax: L, mixer: { kind: 's4', dState: 8, nSsm: 2, init: 'legt' } });
const models: Record<string, Model> = {
  'S4 by full matrices': { ...S4, form: 'dense' },
  'S4 by eigenvectors': { ...S4, form: 'diagonal' },
  'real input, batch norm before, mean pool': classifierConfig({
    ...size,
    mixer: { kind: 's4d', dState: 16, nSsm: 2 },
  }),
  'tokens, layer norm after, last pool, two channels': classifierConfig({
    ...size,
    vocab: 7,
    norm: 'layer',
    prenorm: false,
    pool: 'last',
    channels: 2,
    parity: 'v3',
    mixer: { kind: 's4d', dState: 16, init: 'legs', dtTransform: 'softplus' },
  }),
  'S4 with both measures, two channels': classifierConfig({
    ...size,
    channels: 2,
    lMax: L,
    mixer: { kind: 's4', dState: 16, nSsm: 2, init: 'hippo' },
  }),
  'S4 of rank two, tokens': classifierConfig({
    ...size,
    vocab: 7,
    lMax: 2 * L,
    parity: 'v3',
    mixer: { kind: 's4', dState: 16, init: 'legt' },
  }),
};

/**
 * Two roads through two layers, each with a transform or a recurrence over L positions; a step of S4 sums over all N
 * entries of the state, and that in the basis of eigenvectors multiplies by the condition of that basis, some tens.
 */
const bound = (eps: number, { mixer, form }: Model): number => {
  const sums = mixer.kind === 's4' ? Math.sqrt(L * mixer.dState) : 2 * Math.log2(2 * L);
  return 2 * 2 * eps * sums * (form === 'diagonal' ? 10 : 1);
};

/** A model whose running statistics are not the initial ones. */
function model(backend: Backend<TensorLike>, config: ClassifierConfig): Classifier<Param<TensorLike>> {
  const rng = new Rng(11);
  const host = mapParams(initClassifier(rng, config), (param, path) => {
    const values = param.value.values.map((x) => (path.includes('running') ? x + 0.3 * rng.uniform() : x));
    return { ...param, value: { ...param.value, values } };
  });
  return placeParams(backend, host) as unknown as Classifier<Param<TensorLike>>;
}

/** Positions from `begin` to `end` of all sequences, as [B, end - begin] values in rows of L. */
function piece(all: ArrayLike<number>, begin: number, end: number): number[] {
  const row = (b: number): number[] => Array.from({ length: end - begin }, (_, l) => all[b * L + begin + l]);
  const rows = Array.from({ length: B }, (_, b) => row(b));
  return rows.flat();
}

async function expectEqualRoads(
  backend: Backend<TensorLike>,
  { form, ...config }: Model,
  most: number,
): Promise<void> {
  const params = model(backend, config);
  const rng = new Rng(5);
  const tokens = config.vocab > 0;
  const all = tokens ? Float64Array.from({ length: B * L }, () => rng.integer(config.vocab)) : normals(B * L, rng);
  const upload = (begin: number, end: number, rank: 2 | 3): TensorLike => {
    const shape = rank === 2 || tokens ? [B, end - begin] : [B, 1, end - begin];
    return backend.tensor(piece(all, begin, end), shape, tokens ? 'u32' : 'f32');
  };
  using tape = new Tape(backend);
  using whole = upload(0, L, 3);
  const logits = classifier(tape.constants(params) as Classifier<Var<TensorLike>>, tape.input(whole), config);
  const want = await logits.value.read();
  using stepping = await openStream(backend, params, config, { B, form });
  for (let l = 0; l < L; l++) {
    using x = upload(l, l + 1, 2);
    using y = stepping.step(x);
    expect(y.shape).toEqual([B, config.dModel]);
  }
  using stepped = stepping.logits();
  expectClose('logits after L steps', await stepped.read(), want, most);
  using chunking = await openStream(backend, params, config, { B, form });
  let at = 0;
  for (const end of [16, 32, 33, L]) {
    using x = upload(at, end, 3);
    using y = chunking.chunk(x);
    expect(y.shape).toEqual([B, config.dModel, end - at]);
    at = end;
  }
  using chunked = chunking.logits();
  expectClose('logits after four chunks', await chunked.read(), want, most);
  using mixed = await openStream(backend, params, config, { B, form });
  using head = upload(0, 20, 3);
  mixed.chunk(head)[Symbol.dispose]();
  for (let l = 20; l < L; l++) {
    using x = upload(l, l + 1, 2);
    mixed.step(x)[Symbol.dispose]();
  }
  expect(mixed.length).toBe(L);
  using both = mixed.logits();
  expectClose('logits after a chunk and steps', await both.read(), want, most);
  disposeParams(params);
}

describe('convolution, recurrence and chunks give the same logits on the reference', () => {
  test.each(Object.keys(models))('%s', async (name) => {
    const backend = reference();
    const { live } = backend.device as RefDevice;
    await expectEqualRoads(backend as unknown as Backend<TensorLike>, models[name], bound(2 ** -53, models[name]));
    expect(backend.device.live).toBe(live);
  });

  test('what has no recurrence, or not in the form asked for, is refused', async () => {
    const backend = reference() as unknown as Backend<TensorLike>;
    const open = (config: ClassifierConfig, form?: S4Form): Promise<unknown> =>
      openStream(backend, model(backend, config), config, { B, form });
    const sgconv = classifierConfig({ ...size, lMax: L, mixer: { kind: 'sgconv' } });
    await expect(open(sgconv)).rejects.toThrow('a layer of kind sgconv has no recurrence');
    const legs = classifierConfig({ ...size, lMax: L, mixer: { kind: 's4' } });
    await expect(open(legs, 'diagonal')).rejects.toThrow('diagonal');
  });

  test('a bidirectional model and logits of nothing are refused', async () => {
    const backend = reference() as unknown as Backend<TensorLike>;
    const both = classifierConfig({ ...size, bidirectional: true });
    await expect(openStream(backend, model(backend, both), both, { B })).rejects.toThrow(UnsupportedError);
    const config = classifierConfig(size);
    using stream = await openStream(backend, model(backend, config), config, { B });
    expect(() => stream.logits()).toThrow('no position has been taken');
  });
});

describeDevices('convolution, recurrence and chunks give the same logits', (subject) => {
  test.each(Object.keys(models))('%s', async (name) => {
    await expectEqualRoads(subject.backend(), models[name], bound(EPS32, models[name]));
  });
});
