import { describe, expect, test } from 'vitest';
import { crossEntropy } from '../../src/autograd/ops.js';
import { type Param, namedParams } from '../../src/autograd/params.js';
import { Tape, type Var } from '../../src/autograd/tape.js';
import type { Backend } from '../../src/backend.js';
import { reference } from '../../src/backends/reference.js';
import { type Classifier, classifier } from '../../src/nn/classifier.js';
import { disposeParams, placeParams } from '../../src/nn/params.js';
import type { TensorLike } from '../../src/tensor.js';
import { describeDevices } from '../support/backends.js';
import { expectGolden } from '../support/close.js';
import { golden } from '../support/golden.js';
import { published, publishedName, trainingConfig } from './published.js';
import { batch, follow, pixels, start, trajectories } from './trajectory.js';

/** A software GPU takes a minute or two for thirty steps. */
const MINUTES = 60_000;

describe.each(trajectories)('%s', (id) => {
  const file = golden(id);

  test('reads the images that the file was made from', () => {
    for (const [step, sum] of file.tensors['batch_pixel_sum'].values.entries()) {
      expect(pixels(step).reduce((s, x) => s + x, 0)).toBe(sum);
    }
  });

  test('learning rates and weight decay of every parameter are the published ones', () => {
    const groups = file.args['param_groups'] as Record<string, { lr: number; weight_decay: number }>;
    const { lr: base, weight_decay } = file.args as Record<string, number>;
    const ours: typeof groups = {};
    for (const [path, { lr = base, decay = true }] of namedParams(start(file))) {
      if (lr !== 0) ours[publishedName(path, 'v4').name] = { lr, weight_decay: decay ? weight_decay : 0 };
    }
    expect(ours).toEqual(groups);
  });

  test('first gradients agree on the reference', async () => {
    const backend = reference() as Backend<TensorLike>;
    const params = placeParams(backend, start(file)) as Classifier<Param<TensorLike>>;
    const { B, L, x, labels } = batch(file, 0);
    using tape = new Tape(backend);
    using input = backend.tensor(x, [B, 1, L]);
    using classes = backend.tensor(labels, [B], 'u32');
    using key = backend.tensor([0, 0], [2], 'u32');
    const vars = tape.params(params) as Classifier<Var<TensorLike>>;
    const logits = classifier(vars, tape.input(input), trainingConfig(file), { training: { key } });
    for (const [path, gradient] of tape.gradients(crossEntropy(logits, classes))) {
      if (file.bounds[`grad1.${publishedName(path, 'v4').name}`] === null) continue;
      // stored in single precision: half a unit in the last place of the largest entry
      expectGolden(`gradient of ${path}`, await gradient.read(), published(file, 'grad1.', path), 2 ** -24);
    }
    disposeParams(params);
  });

  test('30 steps on the reference, and the parameters after them', async () => {
    await follow(reference() as Backend<TensorLike>, file, { steps: 30, bound: 1e-8 });
  }, 10 * MINUTES);
});

describeDevices('training', (subject) => {
  test.each(trajectories)('30 steps of %s', async (id) => {
    await follow(subject.backend(), golden(id), { steps: 30, bound: 2e-3 });
  }, 20 * MINUTES);
});
