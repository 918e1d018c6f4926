import { describe, expect, test } from 'vitest';
import { crossEntropy } from '../../src/autograd/ops.js';
import { type Param, namedParams } from '../../src/autograd/params.js';
import { Tape, type Var } from '../../src/autograd/tape.js';
import type { Backend } from '../../src/backend.js';
import { reference } from '../../src/backends/reference.js';
import { type Classifier, classifier } from '../../src/nn/classifier.js';
import { disposeParams, placeParams } from '../../src/nn/params.js';
import { publishedArrays } from '../../src/nn/pytorch-names.js';
import type { TensorLike } from '../../src/tensor.js';
import { expectGolden } from '../support/close.js';
import { golden } from '../support/golden.js';
import { stateDict, stateName, toPublished, trainingConfig } from './published.js';
import { batch, follow, pixels, start, trajectories } from './trajectory.js';

describe.each(trajectories)('%s', (id) => {
  const file = golden(id);

  test('reads the images that the file was made from', () => {
    for (const [step, sum] of file.tensors['batch_pixel_sum'].values.entries()) {
      expect(pixels(step).reduce((s, x) => s + x, 0)).toBe(sum);
    }
  });

  test('learning rates and weight decay of every parameter are the published ones', () => {
    type Groups = Record<string, { lr: number; weight_decay: number }>;
    const groups = Object.entries(file.args['param_groups'] as Groups);
    const { lr: base, weight_decay } = file.args as Record<string, number>;
    const ours: Groups = {};
    for (const [path, { value, lr = base, decay = true }] of namedParams(start(file))) {
      const [{ name }] = publishedArrays(path, value.shape, trainingConfig(file), 's4-v4');
      if (lr !== 0) ours[name] = { lr, weight_decay: decay ? weight_decay : 0 };
    }
    expect(ours).toEqual(Object.fromEntries(groups.map(([short, group]) => [stateName(short, 's4-v4'), group])));
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
    const gradients = new Map<string, Float64Array>();
    for (const [path, gradient] of tape.gradients(crossEntropy(logits, classes))) {
      gradients.set(path, Float64Array.from(await gradient.read()));
    }
    const got = toPublished(start(file), gradients, trainingConfig(file), 's4-v4');
    const known = ([id]: [string, unknown]): boolean => file.bounds[id] !== null;
    const tensors = Object.fromEntries(Object.entries(file.tensors).filter(known));
    for (const [name, { values }] of stateDict({ ...file, tensors }, 'grad1.', (short) => stateName(short, 's4-v4'))) {
      // stored in single precision: half a unit in the last place of the largest entry
      expectGolden(`gradient of ${name}`, got.get(name)?.values ?? [], values, 2 ** -24);
    }
    expect(Object.keys(tensors).filter((id) => id.startsWith('grad1.')).length).toBeGreaterThan(20);
    disposeParams(params);
  });

  test('30 steps on the reference, and the parameters after them', async () => {
    await follow(reference() as Backend<TensorLike>, file, { steps: 30, bound: 1e-8 });
  }, 600_000);
});
