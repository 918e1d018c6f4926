import { vi } from 'vitest';
import { cases, monarchCases } from './cases/butterfly.js';
import { describeHardwareKernels } from './support/backends.js';
import { adjointOp, monarchOp, transformOp } from './support/butterfly.js';
import { testAgainstReference } from './support/op.js';

// Their sums are unrolled, which SwiftShader takes minutes to compile: see vite.config.ts.
vi.setConfig({ testTimeout: 300_000 });

describeHardwareKernels('butterfly', (subject) => {
  testAgainstReference(subject, [...cases.map(transformOp), ...cases.map(adjointOp), ...monarchCases.map(monarchOp)]);
});
