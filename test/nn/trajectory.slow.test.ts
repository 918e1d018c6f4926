import { describe, test } from 'vitest';
import type { Backend } from '../../src/backend.js';
import { reference } from '../../src/backends/reference.js';
import type { TensorLike } from '../../src/tensor.js';
import { describeDevices } from '../support/backends.js';
import { golden } from '../support/golden.js';
import { follow, trajectories } from './trajectory.js';

const MINUTES = 60_000;

describe('training on the reference', () => {
  test.each(trajectories)('30 steps of %s, and the parameters after them', async (id) => {
    const worst = await follow(reference() as Backend<TensorLike>, golden(id), { steps: 30, bound: 1e-8 });
    console.info(`${id} on the reference: losses within ${worst.toExponential(1)}`);
  }, 10 * MINUTES);
});

describeDevices('training', (subject) => {
  test.each(trajectories)('30 steps of %s', async (id) => {
    const worst = await follow(subject.backend(), golden(id), { steps: 30, bound: 2e-3 });
    console.info(`${id} on ${subject.name}: losses within ${worst.toExponential(1)}`);
  }, 20 * MINUTES);
});
