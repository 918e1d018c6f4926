/** @file An operation of the backends as data, so that one routine can test all of them. */
import { expect, test } from 'vitest';
import type { Backend } from '../../src/backend.js';
import { type RefTensor, reference } from '../../src/backends/reference.js';
import type { TensorLike } from '../../src/tensor.js';
import { type Subject, openWasm, withoutWasm } from './backends.js';
import { expectClose } from './close.js';
import { expectVjp } from './grad.js';
import { Rng, normals } from './random.js';

/** Values on the host with their shape. */
export interface Host {
  readonly values: ArrayLike<number>;
  readonly shape: readonly number[];
  readonly dtype?: 'f32' | 'u32' | undefined;
}

type Tensors = Readonly<Record<string, TensorLike>>;
type Hosts = Readonly<Record<string, Host>>;

export interface Op {
  readonly name: string;
  /** Inputs by name, f32 ones with gradients and u32 ones without; made anew for each test from an Rng of one seed. */
  inputs(rng: Rng): Hosts;
  /** Results by name; may include inputs that are updated in place. */
  forward(backend: Backend<TensorLike>, inputs: Tensors): Tensors;
  /** Cotangents of inputs by the inputs' names, from that of the first result. */
  readonly vjp?: ((backend: Backend<TensorLike>, inputs: Tensors, dy: TensorLike) => Tensors) | undefined;
  /** f32 inputs without a gradient. */
  readonly constants?: readonly string[] | undefined;
  /** Largest relative error of each result and, by the input's name, of each gradient. */
  bounds(inputs: Hosts, dy: Host): Readonly<Record<string, number>>;
}

/** Standard normal values of the given shape. */
export function randn(shape: readonly number[], rng: Rng, scale = 1): Host {
  const size = shape.reduce((n, d) => n * d, 1);
  return { shape, values: normals(size, rng).map((v) => Math.fround(scale * v)) };
}

/** Run `body` on a backend with inputs from the host, and copy its results back; frees all tensors. */
export async function run(
  backend: Backend<TensorLike>,
  inputs: Hosts,
  body: (inputs: Tensors) => Tensors,
): Promise<Record<string, Host>> {
  const tensors = mapValues(inputs, ({ values, shape, dtype }) => backend.tensor(values, shape, dtype));
  const results = body(tensors);
  const hosts: Record<string, Host> = {};
  for (const id in results) {
    const { shape, dtype } = results[id];
    hosts[id] = { values: await results[id].read(), shape, dtype };
  }
  for (const tensor of [...Object.values(tensors), ...Object.values(results)]) tensor.dispose();
  return hosts;
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, f: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([id, value]) => [id, f(value)]));
}

/** The backend of {@link runReference}. */
export const oracle: ReturnType<typeof reference> = reference();

/** {@link run} on the reference, at once. */
export function runReference(inputs: Hosts, body: (inputs: Tensors) => Tensors): Record<string, Host> {
  const tensors = mapValues(inputs, ({ values, shape, dtype }) => oracle.tensor(values, shape, dtype));
  return mapValues(body(tensors), (result) => {
    const { values, shape, dtype } = result as RefTensor;
    return { values, shape, dtype };
  });
}

interface Expected {
  readonly inputs: Hosts;
  /** Cotangent of the first result. */
  readonly dy: Host;
  readonly results: Hosts;
  readonly gradients: Hosts;
  readonly bounds: Readonly<Record<string, number>>;
}

const computed = new WeakMap<Op, Expected>();

/** What the reference makes of an operation; the same for every backend, so computed once. */
function expected(op: Op): Expected {
  let known = computed.get(op);
  if (known === undefined) {
    const rng = new Rng(42);
    const inputs = op.inputs(rng);
    const results = runReference(inputs, (x) => op.forward(oracle, x));
    const dy = randn(Object.values(results)[0].shape, rng);
    const gradients = runReference({ ...inputs, dy }, ({ dy, ...x }) => op.vjp?.(oracle, x, dy) ?? {});
    computed.set(op, (known = { inputs, dy, results, gradients, bounds: op.bounds(inputs, dy) }));
  }
  return known;
}

const named = (ops: readonly Op[]): [string, Op][] => ops.map((op) => [op.name, op]);

/** Test the reference's gradients against central differences of its results. */
export function testGradients(ops: readonly Op[]): void {
  test.each(named(ops))(
    'the gradient of %s is the transpose of its derivative',
    (_, { inputs: make, forward, vjp, constants: fixed = [] }) => {
      const rng = new Rng(7);
      const hosts = make(rng);
      const isConstant = ([id, { dtype }]: [string, Host]): boolean => dtype === 'u32' || fixed.includes(id);
      const constants = Object.fromEntries(Object.entries(hosts).filter(isConstant));
      const variables = Object.entries(hosts).filter((entry) => !isConstant(entry));
      const all = (arrays: Record<string, Float64Array>): Hosts => ({
        ...constants,
        ...Object.fromEntries(variables.map(([id, { shape }]) => [id, { shape, values: arrays[id] }])),
      });
      const first = (arrays: Record<string, Float64Array>): Host =>
        Object.values(runReference(all(arrays), (x) => forward(oracle, x)))[0];
      const arrays = Object.fromEntries(variables.map(([id, { values }]) => [id, Float64Array.from(values)]));
      const { shape } = first(arrays);
      expectVjp(
        (x) => first(x).values as Float64Array,
        (x, dy) => {
          const inputs = { ...all(x), dy: { shape, values: dy } };
          const gradients = runReference(inputs, ({ dy, ...x }) => vjp?.(oracle, x, dy) ?? {});
          return mapValues(gradients, ({ values }) => values as Float64Array);
        },
        arrays,
        rng,
      );
    },
  );
}

/** Test results and gradients of a backend against the reference. */
export function testAgainstReference(subject: Subject, ops: readonly Op[]): void {
  test.each(named(ops))('%s', async (_, op) => {
    const backend = subject.backend();
    const { inputs, dy, results, gradients, bounds } = expected(op);
    expectHosts(await run(backend, inputs, (x) => op.forward(backend, x)), results, bounds);
    if (op.vjp === undefined) return;
    const { vjp } = op;
    expectHosts(await run(backend, { ...inputs, dy }, ({ dy, ...x }) => vjp(backend, x, dy)), gradients, bounds, 'd');
  });
}

/** Test that operations free what they need on the way. */
export function testMemory(subject: Subject, ops: readonly Op[]): void {
  test('nothing stays in memory', async () => {
    const backend = subject.backend();
    const live: number[] = [];
    // The first round may make tables that stay.
    for (let round = 0; round < 2; round++) {
      for (const op of ops) {
        const { inputs, dy } = expected(op);
        await run(backend, inputs, (x) => op.forward(backend, x));
        await run(backend, { ...inputs, dy }, ({ dy, ...x }) => op.vjp?.(backend, x, dy) ?? {});
      }
      live.push(subject.live());
    }
    expect(live[1]).toBe(live[0]);
  });
}

/** Test that the number of threads of the CPU backend changes no bit. */
export function testThreads(ops: readonly Op[]): void {
  test.skipIf(withoutWasm)('wasm on two threads gives the bits of one', async () => {
    using one = await openWasm(1, false);
    using two = await openWasm(2, false);
    for (const op of ops) {
      const { inputs, dy } = expected(op);
      const [a, b] = await Promise.all(
        [one, two].map(async ({ backend }) => ({
          ...(await run(backend, inputs, (x) => op.forward(backend, x))),
          ...(await run(backend, { ...inputs, dy }, ({ dy, ...x }) => prefixed(op.vjp?.(backend, x, dy) ?? {}))),
        })),
      );
      // NaN in both is equal too, as Object.is has it.
      for (const id in a) {
        const differs = Array.from(a[id].values).findIndex((v, i) => !Object.is(v, b[id].values[i]));
        expect(differs, `first entry of ${id} that differs in ${op.name}`).toBe(-1);
      }
    }
  });
}

const prefixed = (gradients: Tensors): Tensors =>
  Object.fromEntries(Object.entries(gradients).map(([id, tensor]) => [`d${id}`, tensor]));

function expectHosts(got: Hosts, want: Hosts, bounds: Readonly<Record<string, number>>, prefix = ''): void {
  expect(Object.keys(got).sort()).toEqual(Object.keys(want).sort());
  for (const id in want) {
    expect(got[id].shape, `shape of ${prefix}${id}`).toEqual(want[id].shape);
    expectClose(`${prefix}${id}`, got[id].values, want[id].values, bounds[id]);
  }
}
