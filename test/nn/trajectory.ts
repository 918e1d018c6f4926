import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { expect } from 'vitest';
import type { Param } from '../../src/autograd/params.js';
import type { Backend } from '../../src/backend.js';
import type { Classifier } from '../../src/nn/classifier.js';
import type { HostArray } from '../../src/nn/params.js';
import { type Batch, createTrainer } from '../../src/nn/train.js';
import type { TensorLike } from '../../src/tensor.js';
import { expectGolden } from '../support/close.js';
import type { Golden } from '../support/golden.js';
import { goldenParams, readParams, stateDict, stateName, toPublished, trainingConfig } from './published.js';

/** Training runs of published code: 30 steps of AdamW on batches of 16 grey CIFAR-10 images. */
export const trajectories = ['train-s4d-lin-prenorm-batch', 'train-s4d-inv-postnorm-layer'];

const [B, L] = [16, 1024];
const images = gunzipSync(readFileSync(new URL('../golden/cifar10-gray-first480.u8.gz', import.meta.url)));

/** The bytes of batch `step`. */
export function pixels(step: number): Uint8Array {
  return images.subarray(step * B * L, (step + 1) * B * L);
}

/** Batch `step` as the published code normalises it. */
export function batch(
  { tensors }: Golden,
  step: number,
): Batch & { readonly x: Float64Array; readonly labels: Uint32Array } {
  return {
    B,
    L,
    x: Float64Array.from(pixels(step), (pixel) => (pixel / 255 - 122.6 / 255) / (61 / 255)),
    labels: Uint32Array.from(tensors['labels'].values.subarray(step * B, (step + 1) * B)),
  };
}

/** The published initial parameters. */
export function start(file: Golden): Classifier<Param<HostArray>> {
  return goldenParams(file, 'init.', trainingConfig(file));
}

/**
 * Train from the published start and compare the loss of every step.
 *
 * @param bound - of the relative difference.
 */
export async function follow(
  backend: Backend<TensorLike>,
  file: Golden,
  { steps, bound }: { steps: number; bound: number },
): Promise<void> {
  const { lr, weight_decay, warmup, total_steps } = file.args as Record<string, number>;
  using trainer = createTrainer({
    backend,
    config: trainingConfig(file),
    params: start(file),
    optim: { lr, weightDecay: weight_decay, warmup, total: total_steps },
    seed: 0,
  });
  for (const [step, want] of file.tensors['loss'].values.subarray(0, steps).entries()) {
    const { loss, logits } = trainer.step(batch(file, step), step);
    if (step === 0) {
      const tolerance = backend.name === 'reference' ? 1e-8 : (file.bounds['logits1'] as number);
      expectGolden('logits of step 0', await logits.read(), file.tensors['logits1'].values, tolerance);
    }
    const got = (await loss.read())[0];
    expect(Math.abs(got - want) / want, `loss of step ${step}: ${got}, published ${want}`).toBeLessThan(bound);
  }
  if (backend.name === 'reference' && steps === 30) await expectFinal(trainer.params, file);
}

/** Parameters and statistics after the last step, to the accuracy that the files state for double precision. */
async function expectFinal(params: object, file: Golden): Promise<void> {
  const got = toPublished(start(file), await readParams(params), trainingConfig(file), 's4-v4');
  // An encoder bias before batch norms has no gradient but rounding errors, which Adam magnifies; the norms' running
  // means hold that bias.
  const drifts = file.bounds['grad1.encoder.bias'] === null;
  for (const [name, { values }] of stateDict(file, 'final.', (short) => stateName(short, 's4-v4'))) {
    if (drifts && (name === 'encoder.0.bias' || name.endsWith('running_mean'))) continue;
    expectGolden(name, got.get(name)?.values ?? [], values, 1e-6);
  }
}
