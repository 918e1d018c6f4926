import { type Mapped, type Param, mapParams } from '../../src/autograd/params.js';
import { type BackboneConfig, type ClassifierConfig, classifierConfig } from '../../src/nn/config.js';
import type { HostArray } from '../../src/nn/params.js';
import type { Golden } from '../support/golden.js';

/** The published name of a parameter, and the sign that this library stores it with. */
export function publishedName(path: string, version: string): { name: string; sign: 1 | -1 } {
  const v3 = version === 'v3';
  const kernel: Readonly<Record<string, string>> = {
    invDt: v3 ? 'log_dt' : 'inv_dt',
    invReA: v3 ? 'inv_A_real' : 'A_real',
    invImA: 'A_imag',
    B: 'B',
    C: 'C',
  };
  const leaves: Readonly<Record<string, string>> = {
    gamma: 'weight',
    beta: 'bias',
    W: 'weight',
    'running.mean': 'running_mean',
    'running.variance': 'running_var',
  };
  const name = path
    .replace(/^backbone\./, '')
    .replace(/^norm\./, 'final_norm.')
    .replace(/^blocks\.(\d+)\./, 'block$1.')
    .replace(/mixer\.(invDt|invReA|invImA|B|C)$/, (_, id: string) => `kernel.${kernel[id]}`)
    .replace(/mixer\.D$/, 'D')
    .replace('output.', 'output_linear.')
    .replace(/(running\.mean|running\.variance|gamma|beta|W)$/, (id) => leaves[id]);
  return { name, sign: v3 && path.endsWith('invImA') ? -1 : 1 };
}

/** Values of a published tensor with this library's sign. */
export function published(file: Golden, prefix: string, path: string): Float64Array {
  const { name, sign } = publishedName(path, version(file));
  const tensor = file.tensors[`${prefix}${name}`];
  if (tensor === undefined) throw new Error(`the file has no ${prefix}${name}`);
  return tensor.values.map((x) => sign * x);
}

const version = ({ args }: Golden): string => (args['version'] as string | undefined) ?? 'v4';

/** A model's fresh parameters with the published values in place of the random ones. State keeps its start. */
export function withPublished<Tree extends object>(
  tree: Tree,
  file: Golden,
  prefix: string,
): Mapped<Tree, Param<HostArray>> {
  return mapParams(tree, (fresh, path) => {
    const param = fresh as Param<HostArray>;
    if (param.lr === 0) return param;
    const values = published(file, prefix, path);
    if (values.length !== param.value.values.length) throw new Error(`${path}: ${values.length} published values`);
    return { ...param, value: { values, shape: param.value.shape } };
  });
}

/** The configuration of a residual stack's file. */
export function blockConfig({ args }: Golden): BackboneConfig {
  const arg = args as Record<string, never>;
  return classifierConfig({
    classes: 1,
    dModel: arg['H'],
    depth: arg['n_layers'],
    mixer: {
      kind: 's4d',
      dState: arg['N'],
      nSsm: arg['H'],
      dtTransform: args['version'] === 'v4' ? 'softplus' : 'exp',
    },
    bidirectional: arg['bidirectional'],
    channels: arg['channels'],
    norm: arg['norm'],
    prenorm: arg['prenorm'],
    parity: arg['version'],
  });
}

/** The configuration of a training file. */
export function trainingConfig({ args }: Golden): ClassifierConfig {
  const arg = args as Record<string, never>;
  const layer = args['layer'] as Record<string, never>;
  const { dt, A, B } = Object(layer['lr']) as Record<string, number | null>;
  return classifierConfig({
    classes: 10,
    dModel: arg['H'],
    depth: arg['n_layers'],
    norm: arg['norm'],
    prenorm: arg['prenorm'],
    bidirectional: layer['bidirectional'],
    mixer: {
      kind: 's4d',
      dState: layer['d_state'],
      nSsm: layer['n_ssm'],
      dtTransform: layer['dt_transform'],
      kernelLr:
        typeof layer['lr'] === 'number' ? layer['lr'] : { dt: dt ?? undefined, A: A ?? undefined, B: B ?? undefined },
    },
    parity: 'v4',
  });
}

/** [B, L, H] to [B, H, L], or back with L and H exchanged. */
export function swapLast(x: ArrayLike<number>, L: number, H: number): Float64Array {
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) {
    const [b, l, h] = [Math.floor(i / (L * H)), Math.floor(i / H) % L, i % H];
    y[(b * H + h) * L + l] = x[i];
  }
  return y;
}
