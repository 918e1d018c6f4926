import cauchyCode from '../../wgsl/common/cauchy.wgsl?raw';
import complexCode from '../../wgsl/common/complex.wgsl?raw';
import dplr11 from '../../wgsl/common/dplr-1-1.wgsl?raw';
import dplr12 from '../../wgsl/common/dplr-1-2.wgsl?raw';
import dplr21 from '../../wgsl/common/dplr-2-1.wgsl?raw';
import dplr22 from '../../wgsl/common/dplr-2-2.wgsl?raw';
import transformCode from '../../wgsl/common/transform.wgsl?raw';
import turnsCode from '../../wgsl/common/turns.wgsl?raw';
import woodburyCode from '../../wgsl/common/woodbury.wgsl?raw';
import dmodesCode from '../../wgsl/s4/dmodes.wgsl?raw';
import dparamsCode from '../../wgsl/s4/dparams.wgsl?raw';
import dspectrumCode from '../../wgsl/s4/dspectrum.wgsl?raw';
import modesCode from '../../wgsl/s4/modes.wgsl?raw';
import spectrumCode from '../../wgsl/s4/spectrum.wgsl?raw';
import type { S4Gradients, S4KernelOptions, S4Params, SsmOptions } from '../backend.js';
import { type S4Dims, s4KernelDims, s4KernelVjpDims } from '../shapes/s4.js';
import { irfft, irfftVjp } from './fft.js';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { flatGrid, partSize } from './launch.js';
import { ssmConstants } from './ssm.js';
import type { Tensor } from './tensor.js';

/** A kernel for each rank, and for one channel or two at a time. */
type Variants = Readonly<Record<string, Kernel>>;

function variants(file: string, ...parts: readonly string[]): Variants {
  const shapes = { '1-1': dplr11, '1-2': dplr12, '2-1': dplr21, '2-2': dplr22 };
  return Object.fromEntries(
    Object.entries(shapes).map(([id, code]) => [id, kernel(`s4/${file}-${id}`, code, complexCode, ...parts)]),
  );
}

const modes: Variants = /* @__PURE__ */ variants('modes', turnsCode, transformCode, modesCode);
const spectrum: Variants = /* @__PURE__ */ variants('spectrum', cauchyCode, woodburyCode, spectrumCode);
const dspectrum: Variants = /* @__PURE__ */ variants('dspectrum', cauchyCode, woodburyCode, dspectrumCode);
const dmodes: Kernel = /* @__PURE__ */ kernel('s4/dmodes', complexCode, turnsCode, transformCode, dmodesCode);
const dparams: Kernel = /* @__PURE__ */ kernel('s4/dparams', dparamsCode);

/** Nodes that a workgroup of dspectrum.wgsl works on at a time; also its invocations. */
const TILE = 64;

/**
 * The convolution kernel of a diagonal plus low-rank model (S4), sampled at L points.
 *
 *     k[c, h, l] = 2 Re C Ab^l Bb,  A = diag(lambda) - sum_r P_r P_r*
 *
 * From its values at the n-th roots of unity, n = round(lKernel / rate), where `params.C` stands for C (1 - Ab^n).
 *
 * @param params - stored parameters; see `S4Params` for shapes.
 * @param options - `L`, `lKernel`, and how the parameters are stored.
 * @returns k, [C, H, L]. The caller disposes it.
 * @throws {@link ShapeError} if the parameters disagree or L is more than n.
 * @see Gu, Goel and Ré, arXiv:2111.00396; `reference/s4.ts`, `wgsl/s4/README.md`.
 */
export function s4Kernel(params: S4Params<Tensor>, options: S4KernelOptions): Tensor {
  const dims = s4KernelDims('s4Kernel', params, options);
  const { H, S, M, C, L, n } = dims;
  const { B, P, C: outputs } = params;
  const gpu = params.invDt.device;
  const sums = prepare(params, dims, n, options);
  const K = gpu.empty([C, H, sums.F, 2]);
  gpu.run(spectrum[sums.variant] as Kernel, {
    params: { H, S, M, F: sums.F, rows: sums.rows },
    buffers: { poles: sums.poles, weights: sums.weights, nodes: sums.nodes, B, P, C: outputs, K },
    grid: flatGrid(gpu, sums.rows * Math.ceil(sums.F / 64)),
  });
  sums.dispose();
  const k = irfft(K, { n, L });
  K.dispose();
  return k;
}

/**
 * Pull a cotangent of {@link s4Kernel}'s output back to its parameters. Sums run in a fixed order.
 *
 * @param dk - cotangent of k, [C, H, L].
 * @returns gradients shaped like the parameters; the caller disposes them.
 * @throws {@link ShapeError} if the shapes disagree.
 */
export function s4KernelVjp(params: S4Params<Tensor>, dk: Tensor, options: S4KernelOptions): S4Gradients<Tensor> {
  const dims = s4KernelVjpDims('s4KernelVjp', params, dk, options);
  const { H, S, M, R, n } = dims;
  const { invDt, invReA, invImA, B, P, C } = params;
  const gpu = invDt.device;
  const { dX: dK } = irfftVjp(dk, { n });
  const sums = prepare(params, dims, n, options);
  const { F, rows, channels } = sums;
  const slices = Math.ceil(M / TILE);
  const width = Math.ceil(M / slices);
  const subsets = Math.floor(TILE / width);
  const chunk = partSize(gpu, Math.ceil(F / TILE), rows * slices, 1);
  const parts = Math.ceil(Math.ceil(F / TILE) / chunk);
  const partial = gpu.empty([rows, parts, subsets, M, R + channels + 3, 2]);
  gpu.run(dspectrum[sums.variant] as Kernel, {
    params: { H, S, M, F, rows, chunk, parts, width, subsets },
    buffers: { poles: sums.poles, weights: sums.weights, nodes: sums.nodes, B, P, C, dK, partial },
    grid: flatGrid(gpu, rows * parts * slices),
  });
  sums.dispose();
  dK.dispose();
  const dC = gpu.empty(C.shape);
  const shares = gpu.empty([H, M, 5 + 2 * R]);
  gpu.run(dmodes, {
    constants: ssmConstants('s4KernelVjp', options),
    params: { H, S, M, R, channels, G: rows / H, Q: parts * subsets },
    buffers: { invDt, invReA, invImA, partial, dC, shares },
    grid: flatGrid(gpu, Math.ceil((H * M) / 64)),
  });
  partial.dispose();
  const gradients = {
    dInvDt: gpu.empty(invDt.shape),
    dInvReA: gpu.empty(invReA.shape),
    dInvImA: gpu.empty(invImA.shape),
    dB: gpu.empty(B.shape),
    dP: gpu.empty(P.shape),
  };
  gpu.run(dparams, {
    params: { H, S, M, R },
    buffers: { shares, ...gradients },
    grid: flatGrid(gpu, Math.ceil(((4 + 2 * R) * S * M + H) / 64)),
  });
  shares.dispose();
  return { ...gradients, dC };
}

/** What the sums over modes are computed from: `rows` of H heads for every `channels` channels of C. */
interface Sums {
  readonly variant: string;
  readonly channels: number;
  readonly rows: number;
  /** Number of nodes. */
  readonly F: number;
  readonly poles: Tensor;
  readonly weights: Tensor;
  readonly nodes: Tensor;
  dispose(): void;
}

/** Floats of a matrix of sums in a buffer, where columns of three take four. */
const SIZES: Readonly<Record<string, number>> = { '1-1': 4, '1-2': 8, '2-1': 12, '2-2': 12 };

function prepare(params: S4Params<Tensor>, { H, S, M, C, R }: S4Dims, n: number, options: SsmOptions): Sums {
  const gpu = params.invDt.device;
  const channels = C % 2 === 0 ? 2 : 1;
  const variant = `${R}-${channels}`;
  const rows = (C / channels) * H;
  const poles = gpu.empty([H, M, 2, 4]);
  const weights = gpu.empty([rows, M, 2, SIZES[variant] as number]);
  gpu.run(modes[variant] as Kernel, {
    constants: ssmConstants('s4Kernel', options),
    params: { H, S, M, n: rows * M },
    buffers: { ...params, poles, weights },
    grid: flatGrid(gpu, Math.ceil((rows * M) / 64)),
  });
  const dispose = (): void => {
    poles.dispose();
    weights.dispose();
  };
  return { variant, channels, rows, F: Math.floor(n / 2) + 1, poles, weights, nodes: nodesOf(gpu, n), dispose };
}

/** cos t and sin t at t = pi f / n, f <= n / 2: half the angle of the f-th root of unity. */
function nodesOf(gpu: Gpu, n: number): Tensor {
  return gpu.memo(`s4/nodes/${n}`, () => {
    const F = Math.floor(n / 2) + 1;
    const values = new Float32Array(2 * F);
    for (let f = 0; f < F; f++) {
      const t = (Math.PI * f) / n;
      // at f = n / 2 exactly 0
      values[2 * f] = 2 * f === n ? 0 : Math.cos(t);
      values[2 * f + 1] = Math.sin(t);
    }
    return gpu.tensor(values, [F, 2]);
  });
}
