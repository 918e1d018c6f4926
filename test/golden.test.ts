import { describe, test } from 'vitest';
import type { Backend } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { TensorLike } from '../src/tensor.js';
import { describeDevices } from './support/backends.js';
import { expectGolden } from './support/close.js';
import { type Golden, golden } from './support/golden.js';
import { type Host, run } from './support/op.js';

type AnyBackend = Backend<TensorLike>;

/** What published code and this library compute alike, by the name of the golden tensor. */
type Check = (backend: AnyBackend, file: Golden) => Promise<Record<string, Host>>;

const CONVOLUTIONS = [
  'conv-bidirectional-b2-h2-l100-ch2',
  'conv-bidirectional-b2-h3-l50',
  'conv-causal-b1-h2-l1000',
  'conv-causal-b2-h2-l37-ch2',
  'conv-causal-b2-h3-l16',
  'conv-short-kernel-b2-h3-l45-k13',
];

const convolution: Check = (backend, { tensors: { u, k, D, G }, args }) =>
  run(backend, { u, k, D, G }, ({ u, k, D, G }) => {
    const options = { D, bidirectional: args['bidirectional'] === true };
    const { du, dk, dD } = backend.longconvVjp(u, k, G, options);
    return { y: backend.longconv(u, k, options), grad_u: du, grad_k: dk, grad_D: dD as TensorLike };
  });

const CHECKS: readonly [string, Check][] = CONVOLUTIONS.map((name): [string, Check] => [name, convolution]);

function bound({ bounds }: Golden, id: string): number {
  return (bounds[id] ?? bounds[id.startsWith('grad') ? 'grad' : '']) as number;
}

/** Double precision agrees to at least this; the files were computed with other sums in another order. */
const DOUBLE = 1e-11;

describe('reference', () => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(reference(), file);
    for (const id in results) expectGolden(id, results[id].values, file.tensors[id].values, DOUBLE);
  });
});

describeDevices('golden', (subject) => {
  test.each(CHECKS)('%s', async (name, check) => {
    const file = golden(name);
    const results = await check(subject.backend(), file);
    for (const id in results) expectGolden(id, results[id].values, file.tensors[id].values, bound(file, id));
  });
});
