import { test } from 'vitest';
import { describeDevices } from '../support/backends.js';
import { golden } from '../support/golden.js';
import { follow, trajectories } from './trajectory.js';

/** A software GPU takes a minute or two for thirty steps. */
const MINUTES = 60_000;

describeDevices('training', (subject) => {
  test.each(trajectories)('30 steps of %s', async (id) => {
    await follow(subject.backend(), golden(id), { steps: 30, bound: 2e-3 });
  }, 20 * MINUTES);
});
