import { type Param, mapParams, namedParams } from '../../src/autograd/params.js';
import { type PytorchFormat, fromPytorch, toPytorch } from '../../src/nn.js';
import type { StoredArray } from '../../src/io/safetensors.js';
import { type Classifier, initClassifier } from '../../src/nn/classifier.js';
import { type ClassifierConfig, type ClassifierOptions, classifierConfig } from '../../src/nn/config.js';
import type { HostArray } from '../../src/nn/params.js';
import type { Golden } from '../support/golden.js';
import { Rng } from '../support/random.js';

type Host = Classifier<Param<HostArray>>;

/** The code that a file of a residual stack or of a training run was made with. */
export function formatOf({ args }: Golden): PytorchFormat {
  return args['version'] === 'v3' ? 's4-v3' : 's4-v4';
}

/** The whole name in a state dict of what the files of stacks and training call `block0.kernel.B` and so on. */
export function stateName(short: string, format: PytorchFormat): string {
  const layer = format === 's4-v4' ? 'layer.layer.' : 'layer.';
  return short
    .replace(/^(encoder)\./, '$1.0.')
    .replace(/^(decoder)\./, '$1.0.output_transform.')
    .replace(/^final_norm\./, 'model.norm.norm.')
    .replace(/^block(\d+)\./, 'model.layers.$1.')
    .replace(/\.D$/, `.${layer}D`)
    .replace('.kernel.', format === 's4-v4' ? '.layer.layer.kernel.' : '.layer.kernel.kernel.')
    .replace('.output_linear.', '.layer.output_linear.0.')
    .replace(/(\d)\.norm\./, '$1.norm.norm.');
}

/** The arrays of a file whose names start with `prefix`, by what `name` makes of the rest. */
export function stateDict(
  { tensors }: Golden,
  prefix: string,
  name: (short: string) => string,
): Map<string, StoredArray> {
  const own = Object.entries(tensors).filter(([id]) => id.startsWith(prefix) && !id.endsWith('C_tilde'));
  return new Map(own.map(([id, tensor]) => [name(id.slice(prefix.length)), tensor]));
}

/**
 * Parameters from published arrays; what there is none of, such as an encoder or running statistics, is as it starts.
 * S4 has not run.
 */
export function loadPublished(
  published: ReadonlyMap<string, StoredArray>,
  config: ClassifierConfig,
  format: PytorchFormat,
): Host {
  const arrays = toPytorch(initClassifier(new Rng(0), config), config, { format });
  for (const [name, array] of arrays) {
    if (/\.(L|l_kernel)$/.test(name)) arrays.set(name, { ...array, values: Int32Array.of(0) });
  }
  return fromPytorch(new Map([...arrays, ...published]), config, { format });
}

/** The parameters that a file of a stack or of a training run has under `prefix`. */
export function goldenParams(file: Golden, prefix: string, config: ClassifierConfig): Host {
  const format = formatOf(file);
  return loadPublished(stateDict(file, prefix, (short) => stateName(short, format)), config, format);
}

/** `params` with other values by path, such as gradients, under their published names. */
export function toPublished(
  params: Host,
  values: ReadonlyMap<string, HostArray['values']>,
  config: ClassifierConfig,
  format: PytorchFormat,
): Map<string, StoredArray> {
  const tree = mapParams(params, (param, path) => {
    const { shape } = param.value as HostArray;
    return { value: { values: values.get(path) ?? (param.value as HostArray).values, shape } };
  });
  return toPytorch(tree as Host, config, { format });
}

/** The values of parameters on a device, by path. */
export async function readParams(params: object): Promise<Map<string, Float64Array>> {
  const read = [...namedParams(params)].map(async ([path, { value }]) => {
    return [path, Float64Array.from(await (value as { read(): Promise<ArrayLike<number>> }).read())] as const;
  });
  return new Map(await Promise.all(read));
}

/** The configuration of a residual stack's file. */
export function blockConfig({ args }: Golden): ClassifierConfig {
  const arg = args as Record<string, never>;
  const ssm = {
    dState: arg['N'],
    nSsm: arg['n_ssm'] ?? arg['H'],
    dtTransform: String(args['dt_transform']).startsWith('exp') ? ('exp' as const) : ('softplus' as const),
  };
  const mixer: ClassifierOptions['mixer'] =
    args['mode'] === 'nplr' ? { kind: 's4', init: 'legs', rank: arg['rank'], ...ssm } : { kind: 's4d', ...ssm };
  return classifierConfig({
    classes: 1,
    dModel: arg['H'],
    depth: arg['n_layers'],
    mixer,
    lMax: arg['L'],
    bidirectional: arg['bidirectional'],
    channels: arg['channels'],
    norm: arg['norm'],
    prenorm: arg['prenorm'],
    dropout: arg['dropout'],
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
