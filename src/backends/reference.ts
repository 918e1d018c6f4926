/** @file The definitions of `reference/` as a backend: f64, slow, and what the others are tested against. */
import * as ref from '../../reference/index.js';
import type { Backend, Dropout, LongconvOptions } from '../backend.js';
import {
  crossEntropyDims,
  elementwiseDims,
  embeddingDims,
  gluDims,
  lengthDims,
  linearDims,
  matmulDims,
  normDims,
  poolVjpDims,
  sameShape,
  transposeDims,
} from '../shapes/dense.js';
import { longconvDims } from '../shapes/longconv.js';
import { checkAdamw, checkClipScale } from '../shapes/optim.js';
import type { Shape } from '../tensor.js';
import { butterflyOps } from './reference-butterfly.js';
import { fftOps } from './reference-fft.js';
import { kernelOps } from './reference-kernels.js';
import { s4Ops } from './reference-s4.js';
import { s4dOps } from './reference-s4d.js';
import { type RefDevice, RefTensor, upload, write, zeros } from './ref-tensor.js';
import { repeat } from './repeat.js';

export { RefTensor };
export type { RefDevice };

/**
 * The reference backend, with a device of its own.
 *
 * @example
 * ```ts
 * const backend = reference();
 * using y = backend.longconv(backend.tensor(u, [B, H, L]), backend.tensor(k, [H, L]));
 * ```
 */
export function reference(): Backend<RefTensor> & { readonly device: RefDevice } {
  const device: RefDevice = { live: 0 };
  const make = (values: Float64Array, shape: Shape): RefTensor => new RefTensor(device, values, shape);
  const like = (x: RefTensor, values: Float64Array): RefTensor => make(values, x.shape);

  return {
    name: 'reference',
    device,

    tensor: (values, shape, dtype) => upload(device, values, shape, dtype),
    zeros: (shape, dtype) => zeros(device, shape, dtype),
    write,
    capture: (step) =>
      repeat(
        step,
        (x) => x instanceof RefTensor,
        (to, from) => write(to, from.values),
      ),

    longconv(u, k, options = {}) {
      const dims = longconvDims('longconv', u, k, options);
      return make(ref.gatedLongconv(f64(u), f64(k), dims, longconvInputs(options)), [dims.B, dims.C * dims.H, dims.L]);
    },
    longconvVjp(u, k, dy, options = {}) {
      const dims = longconvDims('longconvVjp', u, k, options, dy);
      const { D, pregate, postgate } = options;
      const grads = ref.gatedLongconvVjp(f64(u), f64(k), f64(dy), dims, longconvInputs(options));
      const { dD, dPregate, dPostgate } = grads;
      return {
        du: like(u, grads.du),
        dk: like(k, grads.dk),
        ...(D && dD && { dD: like(D, dD) }),
        ...(pregate && dPregate && { dPregate: like(pregate, dPregate) }),
        ...(postgate && dPostgate && { dPostgate: like(postgate, dPostgate) }),
      };
    },

    ...butterflyOps(make),
    ...fftOps(make),
    ...kernelOps(make),
    ...s4Ops(make),
    ...s4dOps(make),

    matmul(a, b, options = {}) {
      const dims = matmulDims('matmul', a, b, options);
      return make(ref.matmul(f64(a), f64(b), dims, { ...options, bias: f64(options.bias) }), dims.shape);
    },
    matmulVjp(a, b, dy, options = {}) {
      const dims = matmulDims('matmulVjp', a, b, options, dy);
      const grads = ref.matmulVjp(f64(a), f64(b), f64(dy), dims, { ...options, bias: f64(options.bias) });
      return { da: like(a, grads.da), db: like(b, grads.db), ...biasGradient(grads.dBias) };
    },
    linear(x, W, { bias } = {}) {
      const dims = linearDims('linear', x, W, bias);
      return make(ref.linear(f64(x), f64(W), dims, f64(bias)), dims.shape);
    },
    linearVjp(x, W, dy, { bias } = {}) {
      const dims = linearDims('linearVjp', x, W, bias, dy);
      const grads = ref.linearVjp(f64(x), f64(W), f64(dy), dims, f64(bias));
      return { dx: like(x, grads.dx), dW: like(W, grads.dW), ...biasGradient(grads.dBias) };
    },
    embedding(tokens, table) {
      const dims = embeddingDims('embedding', tokens, { table });
      return make(ref.embedding(u32(tokens), f64(table), dims), [dims.B, dims.H, dims.L]);
    },
    embeddingVjp(tokens, dy, { V }) {
      const dims = embeddingDims('embeddingVjp', tokens, { dy, V });
      return { dTable: make(ref.embeddingVjp(u32(tokens), f64(dy), dims, V), [V, dims.H]) };
    },
    gelu(x, options = {}) {
      const dims = elementwiseDims('gelu', x, options);
      return like(x, ref.gelu(f64(x), dims, { bias: f64(options.bias), dropout: mask(options.dropout) }));
    },
    geluVjp(x, dy, options = {}) {
      const dims = elementwiseDims('geluVjp', x, { ...options, dy });
      const inputs = { bias: f64(options.bias), dropout: mask(options.dropout) };
      const { dx, dBias } = ref.geluVjp(f64(x), f64(dy), dims, inputs);
      return { dx: like(x, dx), ...biasGradient(dBias) };
    },
    glu(x, options = {}) {
      const dims = gluDims('glu', x, options);
      const inputs = { residual: f64(options.residual), dropout: mask(options.dropout) };
      return make(ref.glu(f64(x), dims, inputs), dims.shape);
    },
    gluVjp(x, dy, options = {}) {
      const dims = gluDims('gluVjp', x, { ...options, dy });
      return { dx: like(x, ref.gluVjp(f64(x), f64(dy), dims, mask(options.dropout))) };
    },
    sigmoid(x) {
      sameShape('sigmoid', { x });
      return like(x, ref.sigmoid(f64(x)));
    },
    sigmoidVjp(x, dy) {
      sameShape('sigmoidVjp', { x, dy });
      return { dx: like(x, ref.sigmoidVjp(f64(x), f64(dy))) };
    },
    relu(x) {
      sameShape('relu', { x });
      return like(x, ref.relu(f64(x)));
    },
    reluVjp(x, dy) {
      sameShape('reluVjp', { x, dy });
      return { dx: like(x, ref.reluVjp(f64(x), f64(dy))) };
    },
    add(a, b) {
      sameShape('add', { a, b });
      return like(a, ref.add(f64(a), f64(b)));
    },
    scale(x, factor) {
      sameShape('scale', { x });
      return like(x, ref.scale(f64(x), factor));
    },
    dropout(x, dropout) {
      const dims = elementwiseDims('dropout', x, { dropout });
      return like(x, ref.dropout(f64(x), dims, mask(dropout)));
    },
    maskLength(x, lengths) {
      const dims = lengthDims('maskLength', x, lengths);
      return like(x, ref.maskLength(f64(x), dims, u32(lengths)));
    },
    layerNorm(x, gamma, beta, { eps } = {}) {
      const dims = normDims('layerNorm', x, { gamma, beta });
      return like(x, ref.layerNorm(f64(x), f64(gamma), f64(beta), dims, eps));
    },
    layerNormVjp(x, gamma, dy, { eps } = {}) {
      const dims = normDims('layerNormVjp', x, { gamma }, dy);
      const { dx, dGamma, dBeta } = ref.layerNormVjp(f64(x), f64(gamma), f64(dy), dims, eps);
      return { dx: like(x, dx), dGamma: like(gamma, dGamma), dBeta: like(gamma, dBeta) };
    },
    batchNorm(x, gamma, beta, { eps, momentum, running } = {}) {
      const channels = { gamma, beta, 'running.mean': running?.mean, 'running.variance': running?.variance };
      const dims = normDims('batchNorm', x, channels);
      const { y, mean, rstd } = ref.batchNorm(f64(x), f64(gamma), f64(beta), dims, {
        eps,
        momentum,
        running: running && { mean: f64(running.mean), variance: f64(running.variance) },
      });
      return { y: like(x, y), mean: like(gamma, mean), rstd: like(gamma, rstd) };
    },
    batchNormVjp(x, gamma, mean, rstd, dy) {
      const dims = normDims('batchNormVjp', x, { gamma, mean, rstd }, dy);
      const { dx, dGamma, dBeta } = ref.batchNormVjp(f64(x), f64(gamma), f64(mean), f64(rstd), f64(dy), dims);
      return { dx: like(x, dx), dGamma: like(gamma, dGamma), dBeta: like(gamma, dBeta) };
    },
    batchNormInference(x, gamma, beta, mean, variance, { eps } = {}) {
      const dims = normDims('batchNormInference', x, { gamma, beta, mean, variance });
      const y = ref.batchNormInference(f64(x), f64(gamma), f64(beta), f64(mean), f64(variance), dims, eps);
      return like(x, y);
    },
    meanPool(x, { lengths } = {}) {
      const dims = lengthDims('meanPool', x, lengths);
      return make(ref.meanPool(f64(x), dims, u32(lengths)), [dims.B, dims.H]);
    },
    meanPoolVjp(dy, { L, lengths }) {
      const dims = poolVjpDims('meanPoolVjp', dy, L, lengths);
      return { dx: make(ref.meanPoolVjp(f64(dy), dims, u32(lengths)), [dims.B, dims.H, L]) };
    },
    lastPool(x, { lengths } = {}) {
      const dims = lengthDims('lastPool', x, lengths);
      return make(ref.lastPool(f64(x), dims, u32(lengths)), [dims.B, dims.H]);
    },
    lastPoolVjp(dy, { L, lengths }) {
      const dims = poolVjpDims('lastPoolVjp', dy, L, lengths);
      return { dx: make(ref.lastPoolVjp(f64(dy), dims, u32(lengths)), [dims.B, dims.H, L]) };
    },
    crossEntropy(logits, labels) {
      const { B, K } = crossEntropyDims('crossEntropy', logits, labels);
      return make(Float64Array.of(ref.crossEntropy(f64(logits), u32(labels), B, K)), [1]);
    },
    crossEntropyVjp(logits, labels, dy) {
      const { B, K } = crossEntropyDims('crossEntropyVjp', logits, labels, dy);
      return { dLogits: like(logits, ref.crossEntropyVjp(f64(logits), u32(labels), f64(dy)[0], B, K)) };
    },
    transpose(x) {
      const { G, M, N, shape } = transposeDims('transpose', x);
      return make(ref.transpose(f64(x), G, M, N), shape);
    },

    clipScale(grads, maxNorm) {
      checkClipScale('clipScale', grads);
      return make(
        Float64Array.from(
          ref.clipScale(
            grads.map((grad) => f64(grad)),
            maxNorm,
          ),
        ),
        [2],
      );
    },
    adamw(param, grad, m, v, hyper, options, gradScale) {
      checkAdamw('adamw', { param, grad, m, v }, hyper, gradScale);
      ref.adamw(f64(param), f64(grad), f64(m), f64(v), f64(hyper), options, gradScale && f64(gradScale)[0]);
    },
  };

  function biasGradient(dBias: Float64Array | undefined): { dBias?: RefTensor } {
    return dBias === undefined ? {} : { dBias: make(dBias, [dBias.length]) };
  }
}

/** The values of a tensor that has passed checkTensors as f32. */
function f64(x: RefTensor): Float64Array;
function f64(x: RefTensor | undefined): Float64Array | undefined;
function f64(x: RefTensor | undefined): Float64Array | undefined {
  return x?.values as Float64Array | undefined;
}

/** The values of a tensor that has passed checkTensors as u32. */
function u32(x: RefTensor): Uint32Array;
function u32(x: RefTensor | undefined): Uint32Array | undefined;
function u32(x: RefTensor | undefined): Uint32Array | undefined {
  return x?.values as Uint32Array | undefined;
}

function mask(dropout: Dropout<RefTensor>): ref.Dropout;
function mask(dropout: Dropout<RefTensor> | undefined): ref.Dropout | undefined;
function mask(dropout: Dropout<RefTensor> | undefined): ref.Dropout | undefined {
  return dropout && { ...dropout, key: u32(dropout.key) };
}

function longconvInputs({ D, pregate, postgate }: LongconvOptions<RefTensor>): ref.LongconvInputs {
  return { D: f64(D), pregate: f64(pregate), postgate: f64(postgate) };
}
