import { cases, monarchCases } from './cases/butterfly.js';
import { describeHardwareKernels } from './support/backends.js';
import { adjointOp, monarchOp, transformOp } from './support/butterfly.js';
import { testAgainstReference } from './support/op.js';

describeHardwareKernels('butterfly', (subject) => {
  testAgainstReference(subject, [...cases.map(transformOp), ...cases.map(adjointOp), ...monarchCases.map(monarchOp)]);
});
