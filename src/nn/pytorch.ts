import { transform } from '../../reference/ssm.js';
import { type Param, mapParams, namedParams } from '../autograd/params.js';
import { DataError, UnsupportedError } from '../errors.js';
import type { StoredArray } from '../io/safetensors.js';
import { Rng } from '../rng.js';
import { type Classifier, initClassifier } from './classifier.js';
import type { ClassifierConfig } from './config.js';
import type { Mixer } from './mixer.js';
import type { HostArray } from './params.js';
import { type PublishedArray, type PytorchFormat, formatKinds, kernelName, publishedArrays } from './pytorch-names.js';
import { type S4, type S4Config, correctS4, lengthenS4, s4Length } from './s4.js';
import type { S4d } from './s4d.js';
import { type Sgconv, type SgconvConfig, normSgconv } from './sgconv.js';
import type { SsmConfig } from './ssm.js';

/**
 * Parameters from the state dict of the authors' PyTorch code.
 *
 * In Python, a checkpoint becomes a file for {@link readSafetensors} by
 *
 *     import torch; from safetensors.torch import save_file
 *     state = torch.load('model.ckpt', map_location='cpu', weights_only=False)
 *     save_file({k: v.clone().contiguous() for k, v in state.get('state_dict', state).items()}, 'model.safetensors')
 *
 * C of an S4 model that has never run (`l_kernel`, in v3 `L`, is 0) is corrected for `config.lMax`, and one made for a
 * shorter length is doubled up to it. The norm of an SGConv that has never run is computed.
 *
 * @param arrays - by published name, `model.`, `encoder.0.` and `decoder.0.` in front. F64 arrays stay f64.
 * @param config - of the same model; in it, lMax is the length that C was corrected for, or that length times 2^n.
 * @returns parameters and running statistics, with the learning rates of `config`.
 * @throws {@link DataError} naming arrays that are missing, unknown or of another shape, or `l_kernel` if lMax does not
 *   fit it.
 * @throws {@link UnsupportedError} if the format has no such model.
 */
export function fromPytorch(
  arrays: ReadonlyMap<string, StoredArray>,
  config: ClassifierConfig,
  { format }: { readonly format: PytorchFormat },
): Classifier<Param<HostArray>> {
  checkKind('fromPytorch', config, format);
  // What S4 draws for length 1 has the same shapes and is made at once.
  const fresh = initClassifier(new Rng(0), config.mixer.kind === 's4' ? { ...config, lMax: 1 } : config);
  const unset = new Set(
    fresh.backbone.blocks.flatMap((_, i) => {
      const flag = arrays.get(kernelName(format, i, NORM_FLAG));
      return flag?.values[0] === 0 ? [kernelName(format, i, 'kernel_norm')] : [];
    }),
  );
  const shapes = new Map<string, readonly number[]>();
  for (const [name, { shape }] of companions(fresh, config, format)) shapes.set(name, shape);
  for (const [path, { value }] of namedParams(fresh)) {
    for (const { name, shape } of publishedArrays(path, value.shape, config, format)) shapes.set(name, shape);
  }
  checkArrays(arrays, shapes, unset);
  const stored = mapParams(fresh, (param, path) => ({
    ...param,
    value: parse(arrays, param.value, publishedArrays(path, param.value.shape, config, format), unset),
  })) as Classifier<Param<HostArray>>;
  const blocks = stored.backbone.blocks.map((block, i) => ({
    ...block,
    mixer: complete(block.mixer, arrays, config, format, i),
  }));
  return { ...stored, backbone: { ...stored.backbone, blocks } };
}

/**
 * The state dict that the authors' PyTorch code has for a model; {@link fromPytorch} is the way back.
 *
 * Counters of batches, which a norm does not use, are 0. Lengths and flags are 32-bit and 8-bit integers, which
 * `load_state_dict` converts.
 *
 * @returns arrays by published name, for {@link writeSafetensors}.
 * @throws {@link UnsupportedError} if the format has no such model.
 */
export function toPytorch(
  params: Classifier<Param<HostArray>>,
  config: ClassifierConfig,
  { format }: { readonly format: PytorchFormat },
): Map<string, StoredArray> {
  checkKind('toPytorch', config, format);
  const arrays = companions(params, config, format);
  for (const [path, { value }] of namedParams(params)) {
    for (const { name, shape, offset, publish } of publishedArrays(path, value.shape, config, format)) {
      const part = value.values.slice(offset, offset + sizeOf(shape));
      arrays.set(name, { values: publish === undefined ? part : part.map(publish), shape });
    }
  }
  return arrays;
}

function checkKind(caller: string, { mixer }: ClassifierConfig, format: PytorchFormat): void {
  const kinds = formatKinds(format);
  if (kinds.includes(mixer.kind)) return;
  throw new UnsupportedError(`${caller}: the format ${format} has no ${mixer.kind}, only ${kinds.join(' and ')}`, {
    needs: kinds.join(' or '),
    has: mixer.kind,
  });
}

const NORM_FLAG = 'kernel_norm_initialized';

const lengthName = (format: PytorchFormat, i: number): string =>
  kernelName(format, i, format === 's4-v3' ? 'L' : 'l_kernel');

/** What a state dict holds beside parameters and running statistics. */
function companions(
  params: Classifier<Param<HostArray>>,
  config: ClassifierConfig,
  format: PytorchFormat,
): Map<string, StoredArray> {
  const { mixer } = config;
  const arrays = new Map<string, StoredArray>();
  const { blocks, norm } = params.backbone;
  const counter = { values: Int32Array.of(0), shape: [] };
  if (norm?.running !== undefined) arrays.set('model.norm.norm.num_batches_tracked', counter);
  blocks.forEach((block, i) => {
    if (block.norm.running !== undefined) arrays.set(`model.layers.${i}.norm.norm.num_batches_tracked`, counter);
    if (mixer.kind === 's4') {
      arrays.set(lengthName(format, i), { values: Int32Array.of(s4Length(config)), shape: [] });
    }
    if (mixer.kind === 's4d' && format === 's4-v3') {
      arrays.set(kernelName(format, i, 'A'), unusedA(block.mixer as S4d<Param<HostArray>>, mixer));
    }
    if (mixer.kind === 'sgconv') {
      arrays.set(kernelName(format, i, NORM_FLAG), { values: Uint8Array.of(1), shape: [] });
      if (mixer.decay !== 'scale') {
        arrays.set(kernelName(format, i, 'multiplier'), { values: Float32Array.of(1), shape: [] });
      }
    }
  });
  return arrays;
}

/** A [S, M, 2], which v3 keeps for S4D beside the parameters that it computes with. */
function unusedA({ invReA, invImA }: S4d<Param<HostArray>>, { realTransform, imagTransform }: SsmConfig): StoredArray {
  const { values: re, shape } = invReA.value;
  const { values: im } = invImA.value;
  const values = new Float32Array(2 * re.length);
  for (let i = 0; i < re.length; i++) {
    values[2 * i] = -transform(realTransform, re[i]);
    values[2 * i + 1] = -transform(imagTransform, im[i]);
  }
  return { values, shape: [...shape, 2] };
}

/** @param unset - names whose shape and values do not count. */
function checkArrays(
  arrays: ReadonlyMap<string, StoredArray>,
  shapes: ReadonlyMap<string, readonly number[]>,
  unset: ReadonlySet<string>,
): void {
  const fail = (what: string, names: readonly string[]): void => {
    if (names.length === 0) return;
    const shown = names.slice(0, SHOWN).join(', ');
    const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
    throw new DataError(`fromPytorch: ${what} ${shown}${more}`, names[0]);
  };
  fail('missing', [...shapes.keys()].filter((name) => !arrays.has(name)));
  fail('unknown', [...arrays.keys()].filter((name) => !shapes.has(name)));
  for (const [name, { shape, values }] of arrays) {
    const want = shapes.get(name) as readonly number[];
    if (unset.has(name) || (`${shape}` === `${want}` && values.length === sizeOf(want))) continue;
    throw new DataError(`fromPytorch: ${name} is [${shape}], expected [${want}]`, name);
  }
}

/** Names that a message lists. */
const SHOWN = 5;

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((n, d) => n * d, 1);
}

/** A parameter put together from published arrays; those of `unset` leave it as it is. */
function parse(
  arrays: ReadonlyMap<string, StoredArray>,
  fresh: HostArray,
  parts: readonly PublishedArray[],
  unset: ReadonlySet<string>,
): HostArray {
  const wide = parts.some(({ name }) => arrays.get(name)?.values instanceof Float64Array);
  const values = wide ? Float64Array.from(fresh.values) : Float32Array.from(fresh.values);
  for (const { name, offset, parse: ours } of parts) {
    if (unset.has(name)) continue;
    const { values: published } = arrays.get(name) as StoredArray;
    values.set(ours === undefined ? published : Float64Array.from(published, ours), offset);
  }
  return { values, shape: fresh.shape };
}

/** What the authors' code does when a model first runs, if it had not run. */
function complete(
  params: Mixer<Param<HostArray>>,
  arrays: ReadonlyMap<string, StoredArray>,
  config: ClassifierConfig,
  format: PytorchFormat,
  i: number,
): Mixer<Param<HostArray>> {
  const { mixer } = config;
  if (mixer.kind === 's4') {
    return atLength(params as S4<Param<HostArray>>, mixer, config, arrays, lengthName(format, i));
  }
  if (mixer.kind !== 'sgconv') return params;
  const ran = arrays.get(kernelName(format, i, NORM_FLAG))?.values[0] !== 0;
  return ran ? params : normSgconv(params as Sgconv<Param<HostArray>>, mixer as SgconvConfig);
}

/** S4 with C for lMax, from C that was made for the length that array `name` holds. */
function atLength(
  params: S4<Param<HostArray>>,
  mixer: S4Config,
  config: ClassifierConfig,
  arrays: ReadonlyMap<string, StoredArray>,
  name: string,
): S4<Param<HostArray>> {
  const lMax = s4Length(config);
  const length = (arrays.get(name) as StoredArray).values[0];
  if (length === 0) return correctS4(params, mixer, config);
  let reached = length;
  while (reached >= 1 && reached < lMax) reached *= 2;
  if (reached !== lMax || !Number.isInteger(length)) {
    throw new DataError(
      `fromPytorch: ${name} is ${length} and lMax ${lMax}, expected lMax = ${length} or that times a power of 2`,
      name,
    );
  }
  return length === lMax ? params : lengthenS4(params, mixer, { ...config, lMax: length }, lMax).params;
}
