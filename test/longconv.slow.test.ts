import { vi } from 'vitest';
import { fewCases } from './cases/longconv.js';
import { describeHardwareKernels } from './support/backends.js';
import { longconvOp } from './support/longconv.js';
import { testAgainstReference, testMemory } from './support/op.js';

// Their transforms are unrolled, which takes a software GPU minutes to compile.
vi.setConfig({ testTimeout: 3_600_000 });

const ops = fewCases.map(longconvOp);

describeHardwareKernels('longconv', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);
});
