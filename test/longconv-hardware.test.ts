import { vi } from 'vitest';
import { fewCases } from './cases/longconv.js';
import { describeHardwareKernels } from './support/backends.js';
import { longconvOp } from './support/longconv.js';
import { testAgainstReference, testMemory } from './support/op.js';

// Their transforms are unrolled, which lavapipe compiles in seconds each and SwiftShader in minutes: see
// vite.config.ts.
vi.setConfig({ testTimeout: 300_000 });

const ops = fewCases.map(longconvOp);

describeHardwareKernels('longconv', (subject) => {
  testAgainstReference(subject, ops);
  testMemory(subject, ops);
});
