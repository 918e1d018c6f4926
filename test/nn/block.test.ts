import { describe, test } from 'vitest';
import { type Param, namedParams } from '../../src/autograd/params.js';
import { Tape, type Var } from '../../src/autograd/tape.js';
import type { Backend } from '../../src/backend.js';
import { reference } from '../../src/backends/reference.js';
import { type Backbone, backbone, initBackbone } from '../../src/nn/backbone.js';
import { disposeParams, placeParams } from '../../src/nn/params.js';
import type { TensorLike } from '../../src/tensor.js';
import { describeDevices } from '../support/backends.js';
import { expectGolden } from '../support/close.js';
import { golden } from '../support/golden.js';
import { Rng } from '../support/random.js';
import { blockConfig, published, publishedName, swapLast, withPublished } from './published.js';

const files = [
  'block-v3-s4d-batch-prenorm-h4-n8-l20',
  'block-v4-s4d-batch-postnorm-h4-n4-l20',
  'block-v4-s4d-layer-prenorm-h6-n8-l15-ch2',
  'block-v4-s4d-lengths-h4-n4-l16',
];

/** What a double-precision implementation reaches everywhere, by the files' own statement. */
const F64_BOUND = 1e-8;

/** @param single - whether the file's bounds for single precision hold, or the one for double. */
async function expectPublished(backend: Backend<TensorLike>, id: string, single: boolean): Promise<void> {
  const file = golden(id);
  const bound = (name: string): number => (single ? (file.bounds[name] as number) : F64_BOUND);
  const config = blockConfig(file);
  const [B, L, H] = file.tensors['x'].shape;
  const host = withPublished(initBackbone(new Rng(0), config), file, 'param.');
  const params = placeParams(backend, host) as Backbone<Param<TensorLike>>;
  using x = backend.tensor(swapLast(file.tensors['x'].values, L, H), [B, H, L]);
  using dy = backend.tensor(swapLast(file.tensors['G'].values, L, H), [B, H, L]);
  using key = backend.tensor([0, 0], [2], 'u32');
  const valid = file.args['lengths'] as number[] | null;
  using lengths = valid === null ? undefined : backend.tensor(valid, [B], 'u32');
  const swapBack = async (y: Var<TensorLike>): Promise<Float64Array> => swapLast(await y.value.read(), H, L);
  {
    using tape = new Tape(backend);
    const { x: input } = tape.params({ x: { value: x } });
    const y = backbone(tape.params(params) as Backbone<Var<TensorLike>>, input, config, { lengths, training: { key } });
    expectGolden('y', await swapBack(y), file.tensors['y'].values, bound('y'));
    for (const [path, gradient] of tape.gradients(y, dy)) {
      const values = await gradient.read();
      if (path === 'x') {
        expectGolden('dx', swapLast(values, H, L), file.tensors['grad_x'].values, bound('grad_x'));
      } else {
        const { name } = publishedName(path, file.args['version'] as string);
        expectGolden(`gradient of ${path}`, values, published(file, 'grad.', path), bound(`grad.${name}`));
      }
    }
  }
  for (const [path, { value, lr }] of namedParams(params)) {
    if (lr === 0) expectGolden(path, await value.read(), published(file, 'after.', path), bound('y'));
  }
  {
    using tape = new Tape(backend);
    const y = backbone(tape.constants(params) as Backbone<Var<TensorLike>>, tape.input(x), config, { lengths });
    expectGolden('y in evaluation', await swapBack(y), file.tensors['y_eval'].values, bound('y'));
  }
  disposeParams(params);
}

describe('residual stacks agree with published code', () => {
  test.each(files)('%s on the reference', (id) => expectPublished(reference() as Backend<TensorLike>, id, false));
});

describeDevices('residual stacks', (subject) => {
  test.each(files)('%s', (id) => expectPublished(subject.backend(), id, true));
});
