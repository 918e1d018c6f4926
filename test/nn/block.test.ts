import { describe, expect, test } from 'vitest';
import { type Param, namedParams } from '../../src/autograd/params.js';
import { Tape, type Var } from '../../src/autograd/tape.js';
import type { Backend } from '../../src/backend.js';
import { reference } from '../../src/backends/reference.js';
import { type Backbone, backbone } from '../../src/nn/backbone.js';
import type { Classifier } from '../../src/nn/classifier.js';
import { disposeParams, placeParams } from '../../src/nn/params.js';
import type { TensorLike } from '../../src/tensor.js';
import { describeDevices } from '../support/backends.js';
import { expectGolden, maxError } from '../support/close.js';
import { type Golden, golden } from '../support/golden.js';
import { type Mask, withMasks } from './masks.js';
import { blockConfig, formatOf, goldenParams, readParams, stateName, swapLast, toPublished } from './published.js';

const files = [
  'block-v3-s4-batch-prenorm-h4-n4-l12',
  'block-v3-s4-dropout-masks-h4-n4-l10',
  'block-v3-s4-layer-postnorm-h4-n8-l16',
  'block-v3-s4d-batch-prenorm-h4-n8-l20',
  'block-v4-s4-batch-prenorm-h4-n4-l12',
  'block-v4-s4-dropout-masks-h4-n4-l10',
  'block-v4-s4-layer-postnorm-h4-n8-l16',
  'block-v4-s4d-batch-postnorm-h4-n4-l20',
  'block-v4-s4d-layer-prenorm-h6-n8-l15-ch2',
  'block-v4-s4d-lengths-h4-n4-l16',
];

/** What a double-precision implementation reaches everywhere, by the files' own statement. */
const F64_BOUND = 1e-8;

/** The places of a layer's dropout in the order of their streams. */
const PLACES = ['after_conv', 'before_output_linear', 'residual'];

/** The file's masks by stream, each for all positions. */
function masksOf({ tensors, args }: Golden): Map<number, Mask> {
  const L = args['L'] as number;
  const masks = new Map<number, Mask>();
  PLACES.forEach((place, stream) => {
    const tensor = tensors[`mask.block0.${place}`];
    if (tensor === undefined) return;
    const [B, rows, H] = tensor.shape;
    const at = (i: number): number => {
      const [b, h, l] = [Math.floor(i / (H * L)), Math.floor(i / L) % H, i % L];
      return tensor.values[(b * rows + (l % rows)) * H + h];
    };
    masks.set(stream, { shape: [B, H, L], keep: Array.from({ length: B * H * L }, (_, i) => at(i) > 0) });
  });
  return masks;
}

/** @param single - whether the file's bounds for single precision hold, or the one for double. */
async function expectPublished(device: Backend<TensorLike>, id: string, single: boolean): Promise<void> {
  const file = golden(id);
  const { tensors } = file;
  const format = formatOf(file);
  const bound = (name: string): number => (single ? (file.bounds[name] as number) : F64_BOUND);
  const config = blockConfig(file);
  const backend = config.dropout > 0 ? withMasks(device, masksOf(file)) : device;
  const [B, L, H] = tensors['x'].shape;
  const host = goldenParams(file, 'param.', config);
  const params = placeParams(backend, host) as Classifier<Param<TensorLike>>;
  using x = backend.tensor(swapLast(tensors['x'].values, L, H), [B, H, L]);
  using dy = backend.tensor(swapLast(tensors['G'].values, L, H), [B, H, L]);
  using key = backend.tensor([0, 0], [2], 'u32');
  const valid = file.args['lengths'] as number[] | null;
  using lengths = valid === null ? undefined : backend.tensor(valid, [B], 'u32');
  const swapBack = async (y: Var<TensorLike>): Promise<Float64Array> => swapLast(await y.value.read(), H, L);
  const gradients = new Map<string, Float64Array>();
  {
    using tape = new Tape(backend);
    const { x: input, blocks } = tape.params({ x: { value: x }, blocks: params.backbone });
    const y = backbone(blocks as Backbone<Var<TensorLike>>, input, config, { lengths, training: { key } });
    expectGolden('y', await swapBack(y), tensors['y'].values, bound('y'));
    for (const [path, gradient] of tape.gradients(y, dy)) {
      gradients.set(path.replace(/^blocks\./, 'backbone.'), Float64Array.from(await gradient.read()));
    }
  }
  const dx = gradients.get('x') as Float64Array;
  expectGolden('dx', swapLast(dx, H, L), tensors['grad_x'].values, bound('grad_x'));
  const published = toPublished(host, gradients, config, format);
  const after = toPublished(host, await readParams(params), config, format);
  let compared = 0;
  for (const [name, { values }] of Object.entries(tensors)) {
    const [, kind, short] = /^(grad|after)\.(.*)$/.exec(name) ?? [];
    if (short === undefined) continue;
    const got = (kind === 'grad' ? published : after).get(stateName(short, format));
    expectGolden(name, got?.values ?? [], values, bound(kind === 'grad' ? name : 'y'));
    if (kind === 'grad') compared++;
  }
  expect(compared).toBe(gradients.size - 1);
  {
    using tape = new Tape(backend);
    const constants = tape.constants(params.backbone) as Backbone<Var<TensorLike>>;
    const y = backbone(constants, tape.input(x), config, { lengths });
    expectGolden('y in evaluation', await swapBack(y), tensors['y_eval'].values, bound('y'));
  }
  disposeParams(params);
}

describe('residual stacks agree with published code', () => {
  test.each(files)('%s on the reference', (id) => expectPublished(reference() as Backend<TensorLike>, id, false));

  test.each(files.filter((id) => id.includes('-s4-')))('C of %s is corrected as published', (id) => {
    const file = golden(id);
    const { C } = Object.fromEntries(
      [...namedParams(goldenParams(file, 'param.', blockConfig(file)))].map(([path, { value }]) => [
        path.replace('backbone.blocks.0.mixer.', ''),
        value,
      ]),
    );
    expect(maxError(C.values, file.tensors['param.block0.kernel.C_tilde'].values)).toBeLessThan(1e-12);
  });
});

describeDevices('residual stacks', (subject) => {
  test.each(files)('%s', (id) => expectPublished(subject.backend(), id, true));
});
