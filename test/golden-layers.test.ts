import { describe, expect, test } from 'vitest';
import type { Param } from '../src/autograd/params.js';
import { Tape, type Var } from '../src/autograd/tape.js';
import type { Backend } from '../src/backend.js';
import { reference } from '../src/backends/reference.js';
import type { StoredArray } from '../src/io/safetensors.js';
import {
  type Block,
  type ClassifierConfig,
  type ClassifierOptions,
  type LayerCall,
  type PytorchFormat,
  type Sgconv,
  classifierConfig,
  disposeParams,
  layer,
  placeParams,
} from '../src/nn.js';
import { openRecurrence } from '../src/nn/recurrence.js';
import type { TensorLike } from '../src/tensor.js';
import { loadPublished, stateDict, swapLast } from './nn/published.js';
import { describeDevices } from './support/backends.js';
import { expectGolden } from './support/close.js';
import { type Golden, golden } from './support/golden.js';

/** What a double-precision implementation reaches everywhere, by the files' own statement. */
const F64_BOUND = 1e-8;

const LAYER = 'model.layers.0.layer.';

interface Case {
  readonly format: PytorchFormat;
  readonly options: (file: Golden) => Partial<ClassifierOptions>;
  /** The layer's arrays under their names in a state dict. */
  readonly arrays: (file: Golden) => Map<string, StoredArray>;
  /** The file's name for the output of the whole sequence at once. */
  readonly output: string;
}

const s4: Pick<Case, 'format' | 'arrays' | 'output'> = {
  format: 's4-v4',
  arrays: (file) => stateDict(file, 'param.', (id) => `${LAYER}${id}`),
  output: 'y_conv',
};

const longconv: Case = {
  format: 'safari',
  options: ({ args }) => ({ mixer: { kind: 'longconv', lambda: args['lam'] as number, kernelDropout: 0 } }),
  arrays: (file) =>
    stateDict(file, 'param.', (id) =>
      `${LAYER}${id}`.replace('layer.kernel', 'layer.kernel.kernel').replace('output_linear', 'output_linear.0'),
    ),
  output: 'y',
};

/** @param initial - whether to take the weights before training, of a model that never ran. */
function sgconvArrays({ tensors }: Golden, initial: boolean): Map<string, StoredArray> {
  const names: Record<string, string> = {
    D: 'D',
    multiplier: 'multiplier',
    'output_linear.weight': 'output_linear.0.weight',
    'output_linear.bias': 'output_linear.0.bias',
  };
  const arrays = new Map<string, StoredArray>();
  for (const [id, name] of Object.entries(names)) arrays.set(`${LAYER}${name}`, tensors[id]);
  for (let i = 0; tensors[`w${i}`] !== undefined; i++) {
    arrays.set(`${LAYER}kernel_list.${i}`, tensors[`w${i}${initial ? '_init' : ''}`]);
  }
  const [, H] = tensors['kernel_norm'].shape;
  arrays.set(
    `${LAYER}kernel_norm`,
    initial ? { values: new Float32Array(H).fill(1), shape: [H, 1] } : tensors['kernel_norm'],
  );
  return arrays.set(`${LAYER}kernel_norm_initialized`, { values: Uint8Array.of(initial ? 0 : 1), shape: [] });
}

const cases: Readonly<Record<string, Case>> = {
  'step-block-s4-h4-n8-l32': { ...s4, options: () => ({ mixer: { kind: 's4', dState: 8, nSsm: 4 } }) },
  'step-block-s4d-h4-n8-l32': { ...s4, options: () => ({ mixer: { kind: 's4d', dState: 8, nSsm: 4 } }) },
  'sgconv-layer-h4-d4-l32': {
    format: 'sgconv',
    options: () => ({ mixer: { kind: 'sgconv', kernelDim: 4 } }),
    arrays: (file) => sgconvArrays(file, false),
    output: 'y',
  },
  'longconv-layer-bidirectional-h4-l15': longconv,
  'longconv-layer-h3-l20-ch2': longconv,
};

const ids = Object.keys(cases);
const steps = ids.filter((id) => id.startsWith('step-'));

function configOf(file: Golden, { options }: Case): ClassifierConfig {
  const { args } = file;
  return classifierConfig({
    classes: 1,
    depth: 1,
    dModel: args['H'] as number,
    lMax: args['L'] as number,
    bidirectional: (args['bidirectional'] as boolean | undefined) ?? false,
    channels: (args['channels'] as number | undefined) ?? 1,
    ...options(file),
  });
}

/** The layer alone, without norm and residual, on parameters from the state dict. */
async function withLayer(
  backend: Backend<TensorLike>,
  id: string,
  body: (model: {
    file: Golden;
    config: ClassifierConfig;
    block: Block<Param<TensorLike>>;
    run: (u: TensorLike, call: Omit<LayerCall<TensorLike>, 'layer'>) => Promise<Float64Array>;
  }) => Promise<void>,
): Promise<void> {
  const file = golden(id);
  const config = configOf(file, cases[id]);
  const host = loadPublished(cases[id].arrays(file), config, cases[id].format);
  const block = placeParams(backend, host.backbone.blocks[0]) as Block<Param<TensorLike>>;
  const run = async (u: TensorLike, call: Omit<LayerCall<TensorLike>, 'layer'>): Promise<Float64Array> => {
    using tape = new Tape(backend);
    using zeros = backend.zeros(u.shape);
    const y = layer(tape.constants(block) as Block<Var<TensorLike>>, tape.input(u), tape.input(zeros), config, {
      ...call,
      layer: 0,
    });
    return Float64Array.from(await y.value.read());
  };
  await body({ file, config, block, run });
  disposeParams(block);
}

const boundOf = (file: Golden, name: string, single: boolean): number =>
  single ? (file.bounds[name] as number) : F64_BOUND;

async function expectLayer(backend: Backend<TensorLike>, id: string, single: boolean): Promise<void> {
  await withLayer(backend, id, async ({ file, run }) => {
    const [B, L, H] = file.tensors['x'].shape;
    using x = backend.tensor(swapLast(file.tensors['x'].values, L, H), [B, H, L]);
    const { output } = cases[id];
    const y = swapLast(await run(x, {}), H, L);
    expectGolden(output, y, file.tensors[output].values, boundOf(file, output, single));
  });
}

async function expectSteps(backend: Backend<TensorLike>, id: string, single: boolean): Promise<void> {
  await withLayer(backend, id, async ({ file, config, block, run }) => {
    const { x, y_step: want } = file.tensors;
    const [B, L, H] = x.shape;
    using recurrence = await openRecurrence(backend, block.mixer, config, { B });
    const y = new Float64Array(B * L * H);
    for (let l = 0; l < L; l++) {
      const row = (b: number): number => (b * L + l) * H;
      const position = Array.from({ length: B * H }, (_, i) => x.values[row(Math.floor(i / H)) + (i % H)]);
      using u = backend.tensor(position, [B, H]);
      const step = await run(u, { apply: (_, v) => recurrence.step(v) });
      for (let b = 0; b < B; b++) y.set(step.subarray(b * H, (b + 1) * H), row(b));
    }
    expectGolden('y_step', y, want.values, boundOf(file, 'y_step', single));
  });
}

describe('whole layers from published state dicts', () => {
  const backend = reference() as Backend<TensorLike>;
  test.each(ids)('%s on the reference', (id) => expectLayer(backend, id, false));
  test.each(steps)('%s step by step on the reference', (id) => expectSteps(backend, id, false));

  test('an SGConv that never ran gets the norms of its first run', () => {
    const file = golden('sgconv-layer-h4-d4-l32');
    const config = configOf(file, cases['sgconv-layer-h4-d4-l32']);
    const { backbone } = loadPublished(sgconvArrays(file, true), config, 'sgconv');
    const { norm } = backbone.blocks[0].mixer as Sgconv<Param<{ values: Float64Array; shape: readonly number[] }>>;
    expect(norm.value.shape).toEqual(file.tensors['kernel_norm'].shape.slice(0, 2));
    expectGolden('kernel_norm', norm.value.values, file.tensors['kernel_norm'].values, F64_BOUND);
  });
});

describeDevices('whole layers from published state dicts', (subject) => {
  test.each(ids)('%s', (id) => expectLayer(subject.backend(), id, true));
  test.each(steps)('%s step by step', (id) => expectSteps(subject.backend(), id, true));
});
