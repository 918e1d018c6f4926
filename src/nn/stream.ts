import { add, linear, longconv, meanPool, s4dKernel } from '../autograd/ops.js';
import type { Param } from '../autograd/params.js';
import { Tape, type Var } from '../autograd/tape.js';
import type { Backend, S4dParams } from '../backend.js';
import { dispose } from '../disposable.js';
import { ShapeError, UnsupportedError } from '../errors.js';
import type { TensorLike } from '../tensor.js';
import { backbone } from './backbone.js';
import { type Classifier, encode } from './classifier.js';
import type { ClassifierConfig } from './config.js';
import type { LayerCall } from './s4.js';
import type { S4d } from './s4d.js';

/** A causal classifier that takes its sequences piece by piece, in time and memory that do not grow with the past. */
export interface Stream<T extends TensorLike> extends Disposable {
  /** Number of positions taken. */
  readonly length: number;
  /**
   * Take one position of each sequence by the recurrence.
   *
   * @param input - tokens u32 [B, 1], or real input [B, 1].
   * @returns features, [B, H]. The caller disposes them.
   */
  step(input: T): T;
  /**
   * Take K positions by a convolution, carrying the state.
   *
   * @param input - tokens u32 [B, K], or real input [B, 1, K].
   * @returns features, [B, H, K]. The caller disposes them.
   */
  chunk(input: T): T;
  /** Logits of what has been taken, [B, classes]. The caller disposes them. */
  logits(): T;
  dispose(): void;
}

/**
 * Start with no past. Norms use running statistics, as in evaluation.
 *
 * @param params - on the device; they must not change while the stream is open.
 * @param B - number of sequences that run side by side.
 * @returns a stream, which the caller disposes.
 * @throws {@link UnsupportedError} if the model looks ahead.
 */
export async function openStream<T extends TensorLike>(
  backend: Backend<T>,
  params: Classifier<Param<T>>,
  config: ClassifierConfig,
  { B }: { readonly B: number },
): Promise<Stream<T>> {
  if (config.bidirectional) {
    throw new UnsupportedError('openStream: the model is bidirectional', { needs: 'causal', has: 'bidirectional' });
  }
  const { dModel: H, dState } = config;
  const layers = params.backbone.blocks.map(({ mixer }) => mixer);
  const skips: T[] = [];
  for (const { D } of layers) skips.push(backend.tensor(diagonals(await D.value.read(), H), [D.value.size, H]));
  const states = layers.map(() => backend.zeros([B, H, dState / 2, 2]));
  let kernels: { readonly L: number; readonly k: readonly T[] } = { L: 0, k: [] };
  /** Sum of the features, or those of the last position; [B, H]. */
  let summary: T | undefined;
  let length = 0;

  const step: LayerCall<T>['apply'] = (mixer, u, layer) => {
    using y = u.tape.own(backend.s4dStep(values(mixer), states[layer], u.value, config));
    using skip = linear(u, u.tape.input(skips[layer]));
    return add(y, skip);
  };

  const chunk: LayerCall<T>['apply'] = (mixer, u, layer) => {
    const { tape } = u;
    const options = { ...config, L: u.shape[2] as number };
    using y = longconv(u, tape.input(kernels.k[layer]), { D: mixer.D });
    using carried = tape.own(backend.s4dStateOutput(values(mixer), states[layer], options));
    const next = backend.s4dNextState(values(mixer), states[layer], u.value, config);
    states[layer].dispose();
    states[layer] = next;
    return add(y, carried);
  };

  /** Kernels of L taps for all layers, kept until another L is asked for. */
  const prepareKernels = (tape: Tape<T>, vars: Classifier<Var<T>>, L: number): void => {
    if (kernels.L === L) return;
    for (const k of kernels.k) k.dispose();
    kernels = { L, k: vars.backbone.blocks.map(({ mixer }) => tape.take(s4dKernel(mixer, { ...config, L }))) };
  };

  /** Add the features of new positions, [B, H] or [B, H, K], to the summary. */
  const summarise = (features: T, count: number): void => {
    const pool = config.pool === 'mean' ? backend.meanPool : backend.lastPool;
    using pooled = features.shape.length === 3 ? pool(features) : undefined;
    using before = summary;
    if (config.pool === 'mean' && before !== undefined) {
      using sum = backend.scale(pooled ?? features, count);
      summary = backend.add(before, sum);
    } else {
      summary = backend.scale(pooled ?? features, config.pool === 'mean' ? count : 1);
    }
    length += count;
  };

  const stream: Stream<T> = {
    get length() {
      return length;
    },
    step(input) {
      using tape = new Tape(backend);
      const vars = tape.constants(params) as Classifier<Var<T>>;
      const encoded = encode(vars.encoder, tape.input(input));
      const x = encoded.shape.length === 3 ? meanPool(encoded) : encoded;
      const features = tape.take(backbone(vars.backbone, x, config, { apply: step }));
      summarise(features, 1);
      return features;
    },
    chunk(input) {
      using tape = new Tape(backend);
      const vars = tape.constants(params) as Classifier<Var<T>>;
      const x = encode(vars.encoder, tape.input(input));
      const count = x.shape[2] as number;
      prepareKernels(tape, vars, count);
      const features = tape.take(backbone(vars.backbone, x, config, { apply: chunk }));
      summarise(features, count);
      return features;
    },
    logits() {
      if (summary === undefined) throw new ShapeError('Stream.logits: no position has been taken, expected at least 1');
      const { W, bias } = params.decoder;
      using pooled = backend.scale(summary, config.pool === 'mean' ? 1 / length : 1);
      return backend.linear(pooled, W.value, { bias: bias.value });
    },
    dispose() {
      for (const tensor of [...skips, ...states, ...kernels.k]) tensor.dispose();
      summary?.dispose();
    },
    [dispose]() {
      stream.dispose();
    },
  };
  return stream;
}

/** The matrix [C H, H] that multiplies channel h with D[c, h]. */
function diagonals(D: ArrayLike<number>, H: number): Float64Array {
  const W = new Float64Array(D.length * H);
  for (let i = 0; i < D.length; i++) W[i * H + (i % H)] = D[i];
  return W;
}

function values<T extends TensorLike>({ invDt, invReA, invImA, B, C }: S4d<Var<T>>): S4dParams<T> {
  return { invDt: invDt.value, invReA: invReA.value, invImA: invImA.value, B: B.value, C: C.value };
}
