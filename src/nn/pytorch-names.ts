/** @file How the authors' PyTorch code names, shapes and transforms the parameters of a classifier. */
import { inverseTransform, transform } from '../../reference/ssm.js';
import type { ClassifierConfig } from './config.js';
import type { MixerConfig } from './mixer.js';
import type { SsmConfig } from './ssm.js';

/**
 * Whose state dict: that of state-spaces/s4 at tag v3.0.0 or at v4 (S4 and S4D), of ctlllll/SGConv, or of
 * HazyResearch/safari (long convolutions).
 */
export type PytorchFormat = 's4-v3' | 's4-v4' | 'sgconv' | 'safari';

/** A published array that holds a parameter, or a part of one. */
export interface PublishedArray {
  readonly name: string;
  readonly shape: readonly number[];
  /** Where the array's values begin in the parameter's. */
  readonly offset: number;
  /** Between a parameter's value and the published one, where they differ. */
  readonly publish?: ((x: number) => number) | undefined;
  readonly parse?: ((x: number) => number) | undefined;
}

type Shape = readonly number[];
type Leaf = string | readonly [string, (shape: Shape) => Shape];

interface Dialect {
  /** Path from a block's layer to the module that holds D, and to the one that holds the kernel's parameters. */
  readonly convolution: string;
  readonly kernel: string;
  /** The kernel's parameters, for each kind of mixer that there is. */
  readonly leaves: { readonly [kind in MixerConfig['kind']]?: Readonly<Record<string, Leaf>> };
}

const prepend = (shape: Shape): Shape => [1, ...shape];
const append = (shape: Shape): Shape => [...shape, 1];

const v3 = { invDt: 'log_dt', C: 'C' };
const v4: Readonly<Record<string, Leaf>> = {
  invDt: ['inv_dt', append],
  invReA: 'A_real',
  invImA: 'A_imag',
  B: ['B', prepend],
  C: 'C',
};

const dialects: Readonly<Record<PytorchFormat, Dialect>> = {
  's4-v3': {
    convolution: '',
    kernel: 'kernel.kernel.',
    leaves: {
      s4: { ...v3, invReA: 'inv_w_real', invImA: 'w_imag', B: ['B', prepend], P: 'P' },
      s4d: { ...v3, invReA: 'inv_A_real', invImA: 'A_imag', B: 'B' },
    },
  },
  's4-v4': {
    convolution: 'layer.',
    kernel: 'layer.kernel.',
    leaves: { s4: { ...v4, P: 'P' }, s4d: v4 },
  },
  sgconv: {
    convolution: '',
    kernel: '',
    leaves: {
      sgconv: {
        decay: ['multiplier', (shape) => append(prepend(shape))],
        power: 'decay',
        norm: ['kernel_norm', append],
      },
    },
  },
  safari: { convolution: '', kernel: 'kernel.', leaves: { longconv: { k: 'kernel' } } },
};

/** The names of all formats. */
export const PYTORCH_FORMATS: readonly PytorchFormat[] = Object.keys(dialects) as PytorchFormat[];

/** The kinds of mixers that a format has. */
export function formatKinds(format: PytorchFormat): readonly string[] {
  return Object.keys(dialects[format].leaves);
}

/** The name of what stands beside the kernel's parameters in block i. */
export function kernelName(format: PytorchFormat, i: number | string, name: string): string {
  return `model.layers.${i}.layer.${dialects[format].kernel}${name}`;
}

/**
 * The arrays that hold a parameter.
 *
 * @param path - such as `backbone.blocks.3.mixer.invDt`.
 * @param shape - the parameter's.
 */
export function publishedArrays(
  path: string,
  shape: Shape,
  { mixer }: Pick<ClassifierConfig, 'mixer'>,
  format: PytorchFormat,
): PublishedArray[] {
  const [, block, id] = /^backbone\.blocks\.(\d+)\.mixer\.(\w+)$/.exec(path) ?? [];
  if (block === undefined) return [{ name: outerName(path), shape, offset: 0 }];
  const { convolution, leaves } = dialects[format];
  if (id === 'D') return [{ name: `model.layers.${block}.layer.${convolution}D`, shape, offset: 0 }];
  if (id === 'w') {
    return scales(shape).map((part, i) => ({ ...part, name: kernelName(format, block, `kernel_list.${i}`) }));
  }
  const leaf = leaves[mixer.kind]?.[id] as Leaf;
  const [name, reshape] = typeof leaf === 'string' ? [leaf, (same: Shape) => same] : leaf;
  const values = format === 's4-v3' ? v3Values(id, mixer as SsmConfig & MixerConfig) : {};
  return [{ name: kernelName(format, block, name), shape: reshape(shape), offset: 0, ...values }];
}

/** The weights of SGConv [S, C, H, d], scale by scale. */
function scales([S, ...shape]: Shape): Omit<PublishedArray, 'name'>[] {
  const size = shape.reduce((n, d) => n * d, 1);
  return Array.from({ length: S }, (_, i) => ({ shape, offset: i * size }));
}

/** v3 stores the logarithm of dt whatever its transform, and Im A itself; relu of its S4 adds no least value. */
function v3Values(id: string, mixer: SsmConfig & MixerConfig): Pick<PublishedArray, 'publish' | 'parse'> {
  const { kind, dtTransform, realTransform, imagTransform } = mixer;
  if (id === 'invReA' && kind === 's4' && realTransform === 'relu') {
    const least = transform('relu', 0);
    return { publish: (x) => transform('relu', x), parse: (y) => y - least };
  }
  if (id === 'invImA') {
    return { publish: (x) => -transform(imagTransform, x), parse: (y) => inverseTransform(imagTransform, -y) };
  }
  if (id !== 'invDt' || dtTransform === 'exp') return {};
  return {
    publish: (x) => Math.log(transform(dtTransform, x)),
    parse: (y) => inverseTransform(dtTransform, Math.exp(y)),
  };
}

/** The name of a parameter outside of the mixers, which is the same in all formats. */
function outerName(path: string): string {
  return path
    .replace(/^encoder\./, 'encoder.0.')
    .replace(/^decoder\./, 'decoder.0.output_transform.')
    .replace(/^backbone\.blocks\.(\d+)\./, 'model.layers.$1.')
    .replace(/^backbone\./, 'model.')
    .replace('.output.', '.layer.output_linear.0.')
    .replace('norm.', 'norm.norm.')
    .replace(/(table|W|gamma)$/, 'weight')
    .replace(/beta$/, 'bias')
    .replace(/running\.mean$/, 'running_mean')
    .replace(/running\.variance$/, 'running_var');
}
