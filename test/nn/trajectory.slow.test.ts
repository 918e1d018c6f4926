import { test } from 'vitest';
import type { Backend } from '../../src/backend.js';
import { reference } from '../../src/backends/reference.js';
import type { TensorLike } from '../../src/tensor.js';
import { golden } from '../support/golden.js';
import { follow, trajectories } from './trajectory.js';

test.each(trajectories)('30 steps of %s on the reference, and the parameters after them', async (id) => {
  const worst = await follow(reference() as Backend<TensorLike>, golden(id), { steps: 30, bound: 1e-8 });
  console.info(`${id} on the reference: losses within ${worst.toExponential(1)}`);
}, 600_000);
