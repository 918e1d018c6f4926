import { describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backend.js';
import { reference } from '../../src/backends/reference.js';
import { DataError, ShapeError } from '../../src/errors.js';
import { readSafetensors, writeSafetensors } from '../../src/io/safetensors.js';
import { initClassifier } from '../../src/nn/classifier.js';
import { type ClassifierConfig, classifierConfig } from '../../src/nn/config.js';
import type { HostArray } from '../../src/nn/params.js';
import { type Batch, type OptimConfig, type Trainer, createTrainer } from '../../src/nn/train.js';
import type { TensorLike } from '../../src/tensor.js';
import { describeDevices } from '../support/backends.js';
import { EPS32, expectClose } from '../support/close.js';
import { Rng } from '../support/random.js';

type AnyBackend = Backend<TensorLike>;

const [B, L] = [4, 24];
const size = { classes: 3, dModel: 8, depth: 2, mixer: { kind: 's4d', dState: 8 } } as const;
const models: Record<string, { readonly config: ClassifierConfig; readonly optim: OptimConfig }> = {
  'tokens with lengths, v4, batch norm before, dropout, both ways': {
    config: classifierConfig({ ...size, vocab: 9, dropout: 0.2, tieDropout: false, bidirectional: true }),
    optim: { lr: 0.01, weightDecay: 0.05, warmup: 3, total: 10 },
  },
  'real input, v3, layer norm after, tied dropout, clipped, last pool': {
    config: classifierConfig({ ...size, norm: 'layer', prenorm: false, dropout: 0.1, parity: 'v3', pool: 'last' }),
    optim: { lr: 0.01, weightDecay: 0.05, warmup: 0, total: 10, maxNorm: 0.5 },
  },
  'SGConv with a trained power law, two channels, tokens': {
    config: classifierConfig({
      ...size,
      mixer: { kind: 'sgconv', kernelDim: 4, decay: 'power', decayMin: 1 },
      vocab: 9,
      channels: 2,
      parity: 'v3',
      lMax: 30,
    }),
    optim: { lr: 0.01, weightDecay: 0.05, warmup: 0, total: 10 },
  },
  'long convolution with kernel dropout and a smoothed spectrum, both ways': {
    config: classifierConfig({
      ...size,
      mixer: { kind: 'longconv', weights: 'geometric', smoothing: 'frequency', kernelDropout: 0.25 },
      bidirectional: true,
      lMax: 30,
    }),
    optim: { lr: 0.01, weightDecay: 0.05, warmup: 0, total: 10 },
  },
};

/** The batch of a step. Some lengths, and real values that f32 holds exactly. */
function batch(config: ClassifierConfig, step: number, sequences = B): Batch {
  const rng = new Rng(100 + step);
  const labels = Uint32Array.from({ length: sequences }, () => rng.integer(config.classes));
  if (config.vocab === 0) {
    return { B: sequences, L, x: Float32Array.from({ length: sequences * L }, () => rng.normal()), labels };
  }
  const tokens = Uint32Array.from({ length: sequences * L }, () => rng.integer(config.vocab));
  const lengths = Uint32Array.from({ length: sequences }, () => 1 + rng.integer(L));
  return { B: sequences, L, tokens, lengths, labels };
}

function open(backend: AnyBackend, name: string): Trainer<TensorLike> {
  const { config, optim } = models[name];
  return createTrainer({ backend, config, optim, params: initClassifier(new Rng(1), config), seed: 2 });
}

/** Losses of the steps `from` to `to`. */
async function train(trainer: Trainer<TensorLike>, name: string, from: number, to: number): Promise<number[]> {
  const losses: number[] = [];
  for (let step = from; step < to; step++) {
    losses.push((await trainer.step(batch(models[name].config, step), step).loss.read())[0]);
  }
  return losses;
}

const onReference = (): AnyBackend => reference() as unknown as AnyBackend;

/** Everything that holds on any backend. */
function behaves(get: () => AnyBackend, live: (backend: AnyBackend) => number): void {
  test.each(Object.keys(models))('a resumed run repeats the other bit for bit: %s', async (name) => {
    const backend = get();
    using straight = open(backend, name);
    const want = await train(straight, name, 0, 6);
    using first = open(backend, name);
    await train(first, name, 0, 3);
    const file = writeSafetensors(await first.state());
    using second = open(backend, name);
    second.load(readSafetensors(file, 'checkpoint').tensors as Map<string, HostArray>);
    expect(second.steps).toBe(3);
    expect(await train(second, name, 3, 6)).toEqual(want.slice(3));
    expect(await second.state()).toEqual(await straight.state());
    expect(second.steps).toBe(6);
  });

  test.each(Object.keys(models))('frees all it took, and takes no more from step to step: %s', async (name) => {
    const backend = get();
    const { config } = models[name];
    {
      // tables that the device keeps for good
      using first = open(backend, name);
      await train(first, name, 0, 1);
      first.logits(batch(config, 9)).dispose();
      first.step(batch(config, 4, B - 1), 1);
    }
    const before = live(backend);
    {
      using trainer = open(backend, name);
      await train(trainer, name, 0, 2);
      const after = live(backend);
      await train(trainer, name, 2, 4);
      trainer.logits(batch(config, 9)).dispose();
      expect(live(backend)).toBe(after);
      trainer.step(batch(config, 4, B - 1), 4);
      trainer.step(batch(config, 5), 5);
      expect(live(backend)).toBe(after);
    }
    expect(live(backend)).toBe(before);
  });

  test('evaluation has no dropout and changes nothing', async () => {
    const [name] = Object.keys(models);
    using trainer = open(get(), name);
    await train(trainer, name, 0, 2);
    const before = await trainer.state();
    const unlabelled = { ...batch(models[name].config, 7), labels: undefined };
    using one = trainer.logits(unlabelled);
    using two = trainer.logits(unlabelled);
    expect(one.shape).toEqual([B, size.classes]);
    expect(await one.read()).toEqual(await two.read());
    expect(await trainer.state()).toEqual(before);
  });
}

describe('a trainer on the reference', () => {
  // number of tensors
  behaves(onReference, (backend) => (backend as unknown as ReturnType<typeof reference>).device.live);

  test('learns to tell two constants apart', async () => {
    const config = classifierConfig({ ...size, classes: 2, depth: 1 });
    const optim = { lr: 0.01, weightDecay: 0, warmup: 0, total: 1000 };
    const params = initClassifier(new Rng(1), config);
    using trainer = createTrainer({ backend: onReference(), config, optim, params, seed: 2 });
    const labels = Uint32Array.of(0, 1, 1, 0);
    const x = Float32Array.from({ length: B * L }, (_, i) => (labels[Math.floor(i / L)] === 0 ? -1 : 1));
    const losses: number[] = [];
    for (let step = 0; step < 40; step++) losses.push((await trainer.step({ B, L, x, labels }, step).loss.read())[0]);
    expect(losses[39]).toBeLessThan(0.1 * losses[0]);
  });

  test('refuses batches that do not fit and states of another model, and goes on', async () => {
    const [name, other] = Object.keys(models);
    const { config } = models[name];
    using trainer = open(onReference(), name);
    const good = batch(config, 0);
    for (const [bad, message] of [
      [{ ...good, labels: undefined }, 'Trainer.step: the batch has no labels'],
      [{ ...good, tokens: undefined }, "expected tokens alone because the model's vocab is 9"],
      [{ ...good, tokens: undefined, x: new Float32Array(B * L) }, 'expected tokens alone'],
      [{ ...good, x: new Float32Array(B * L) }, 'expected tokens alone'],
      [{ ...good, labels: Uint32Array.of(0, 1, 3, 2) }, 'labels has 3, expected classes below 3'],
      [{ ...good, lengths: new Uint32Array(3) }, 'lengths has 3 values, expected 4 for B = 4, L = 24'],
      [{ ...good, lengths: Uint32Array.of(1, 0, 2, 3) }, 'lengths has 0, expected 1 to L = 24'],
      [{ ...good, L: L + 1 }, 'tokens has 96 values, expected 100 for B = 4, L = 25'],
    ] as const) {
      expect(() => trainer.step(bad, 0)).toThrow(ShapeError);
      expect(() => trainer.step(bad, 0)).toThrow(message);
    }
    expect(trainer.steps).toBe(0);
    using stranger = open(onReference(), other);
    const state = await stranger.state();
    expect(() => trainer.load(state)).toThrow(DataError);
    const own = await trainer.state();
    own.delete('adamw.m.decoder.W');
    expect(() => trainer.load(own)).toThrow('adamw.m.decoder.W is missing');
    expect(Number.isFinite((await trainer.step(good, 0).loss.read())[0])).toBe(true);
  });
});

describeDevices('a trainer', (subject) => {
  behaves(
    () => subject.backend(),
    () => subject.live(),
  );

  test.each(Object.keys(models))('ten steps follow the reference: %s', async (name) => {
    using ours = open(subject.backend(), name);
    using reference = open(onReference(), name);
    // each step moves the parameters by some roundings more
    const steps = 10;
    const bound = 32 * EPS32 * steps;
    expectClose('losses', await train(ours, name, 0, steps), await train(reference, name, 0, steps), bound);
  });
});
