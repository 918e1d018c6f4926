import type { S4Gradients, S4KernelOptions, S4Params, S4StepParams, SsmOptions } from '../backend.js';
import {
  type S4Dims,
  denseStepDims,
  s4KernelDims,
  s4KernelVjpDims,
  s4ModesDims,
  s4StepDims,
} from '../shapes/s4.js';
import type { Cpu } from './cpu.js';
import { irfft, irfftVjp } from './fft.js';
import { ssmArguments } from './ssm.js';
import type { Tensor } from './tensor.js';

/** Nodes that wasm/cauchy.ts takes at a time, and bytes of complex values at them and of the nodes themselves. */
const PAIR_NODES = 8;
const PAIR = 64;
const NODES = 192;
/** Pairs of a tile, and bytes of work space; see wasm/s4.ts and wasm/woodbury.ts. */
const TILE = 8;
const WORK = 512;

/** Weights of a mode: two for each Cauchy sum. */
function strideOf({ C, R }: S4Dims): number {
  return 4 * Math.ceil((C + R * C + R + R * R) / 2);
}

/** Bytes of scratch, as laid out in wasm/s4.ts. */
function spectrumScratch(dims: S4Dims): number {
  const { M, C, R } = dims;
  const stride = strideOf(dims);
  return NODES + WORK + M * (16 * (2 + R + C) + 8 + 4 * stride + PAIR) + stride * PAIR;
}

function gradientScratch(dims: S4Dims): number {
  const { M, C, R } = dims;
  const stride = strideOf(dims);
  const count = M + (M % 2);
  const modes = count * (32 * (2 + R + C) + 16 + 8 * stride + 8 + 4 * stride + 32 + TILE * PAIR);
  return WORK + 16 + modes + stride * PAIR + TILE * (NODES + stride * PAIR);
}

/** cos and sin of half the angles 2 pi f / n, f <= n / 2, in f64: for each 8 nodes [2][8], filled up with f = n / 2. */
function nodeTable(cpu: Cpu, n: number): Tensor {
  return cpu.memo(`s4 ${n}`, () => {
    const groups = Math.ceil((Math.floor(n / 2) + 1) / PAIR_NODES);
    const table = cpu.empty([groups * 4 * PAIR_NODES]);
    const values = new Float64Array(cpu.memory.buffer, table.pointer, groups * 2 * PAIR_NODES);
    for (let f = 0; f < groups * PAIR_NODES; f++) {
      const angle = (Math.PI * Math.min(f, n / 2)) / n;
      const at = (f - (f % PAIR_NODES)) * 2 + (f % PAIR_NODES);
      values[at] = 2 * f >= n ? 0 : Math.cos(angle);
      values[at + PAIR_NODES] = Math.sin(angle);
    }
    return table;
  });
}

function tensors({ invDt, invReA, invImA, B, P, C }: S4Params<Tensor>): Tensor[] {
  return [invDt, invReA, invImA, B, P, C];
}

/**
 * The convolution kernel of a state space model with A diagonal plus low-rank.
 *
 *     k[c, h, l] = C Ab^l Bb
 *
 * from its values at the n-th roots of unity, n = round(lKernel / rate), which come from Cauchy sums.
 *
 * @param params - S sets of A, B and P, tiled over the H features; C corrected for lKernel; see `S4Params`.
 * @param options.L - number of samples, at most n.
 * @returns k, [C, H, L].
 * @throws ShapeError if the parameters do not fit together, the rank exceeds 2, or L or the rate is out of range.
 * @see Gu, Goel and Ré, arXiv:2111.00396; reference/s4.ts; wasm/s4.md.
 */
export function s4Kernel(params: S4Params<Tensor>, options: S4KernelOptions): Tensor {
  const dims = s4KernelDims('s4Kernel', params, options);
  const { H, S, M, R, C, L, n } = dims;
  const cpu = params.invDt.device;
  const F = Math.floor(n / 2) + 1;
  using spectrum = cpu.empty([C, H, F, 2]);
  const numbers = [H, S, M, R, C, ...ssmArguments('s4Kernel', options), n];
  const args = [...tensors(params), nodeTable(cpu, n), spectrum, ...numbers];
  cpu.run('s4Spectrum', H, args, { scratch: spectrumScratch(dims) });
  return irfft(spectrum, { n, L });
}

/**
 * Gradient of {@link s4Kernel} in every parameter.
 *
 * @param dk - cotangent of k, [C, H, L].
 * @returns cotangents shaped like the parameters. That of a complex number w is d/d(Re w) + i d/d(Im w).
 * @throws ShapeError if the parameters and dk do not fit together.
 */
export function s4KernelVjp(params: S4Params<Tensor>, dk: Tensor, options: S4KernelOptions): S4Gradients<Tensor> {
  const dims = s4KernelVjpDims('s4KernelVjp', params, dk, options);
  const { H, S, M, R, C, n } = dims;
  const cpu = params.invDt.device;
  const [transforms, rate] = ssmArguments('s4KernelVjp', options);
  const [dInvDt, dInvReA, dInvImA, dB, dP, dC] = tensors(params).map(({ shape }) => cpu.empty(shape));
  using dSpectrum = irfftVjp(dk, { n }).dX;
  using parts = cpu.empty([H, 2 + R, M, 4]); // f64 [H, 2 + R, M, 2]: every feature's dA, dB and dP
  const numbers = [H, S, M, R, C, transforms, rate, n];
  const args = [...tensors(params), nodeTable(cpu, n), dSpectrum, dInvDt, dC, parts, ...numbers];
  cpu.run('s4SpectrumVjp', H, args, { scratch: gradientScratch(dims) });
  cpu.run('s4Sums', S, [params.invReA, params.invImA, parts, dInvReA, dInvImA, dB, dP, H, S, M, R, transforms]);
  return { dInvDt, dInvReA, dInvImA, dB, dP, dC };
}

/**
 * The discretised modes that {@link s4Step} takes, made once for many steps.
 *
 *     modes[h, m] = (dt B, dt lambda d, dt d P_r, w_r),   d = 1 / (1 - dt lambda / 2)
 *
 * @returns modes, complex, [H, M, 2 + 2 R, 2].
 * @throws ShapeError if the parameters do not fit together, or the rank or the rate is out of range.
 * @see reference/s4-step.ts.
 */
export function s4Modes(params: S4Params<Tensor>, options: SsmOptions = {}): Tensor {
  const { H, S, M, R } = s4ModesDims('s4Modes', params, options);
  const { invDt, invReA, invImA, B, P } = params;
  const cpu = invDt.device;
  const modes = cpu.empty([H, M, 2 + 2 * R, 2]);
  const numbers = [H, S, M, R, ...ssmArguments('s4Modes', options)];
  cpu.run('s4Modes', H, [invDt, invReA, invImA, B, P, modes, ...numbers], { scratch: 32 + 16 * M * (3 + R) });
  return modes;
}

/**
 * Steps of the recurrence x = Ab x + Bb u[l], y[l] = 2 Re sum_m C x (+ D u[l]), of O(M R) operations each.
 *
 * @param params - `modes` of {@link s4Modes}, `C` [C, H, M, 2], not the corrected one, and, where wanted, skip weights
 * `D` [C, H].
 * @param state - x, [B, H, M, 2], updated in place.
 * @param u - one sample, [B, H], or L of them, [B, H, L].
 * @returns y, [B, C H] or [B, C H, L].
 * @throws ShapeError if the arguments do not fit together.
 * @see reference/s4-step.ts.
 */
export function s4Step(params: S4StepParams<Tensor>, state: Tensor, u: Tensor): Tensor {
  const { H, M, R, C, batch, L, shape } = s4StepDims('s4Step', params, state, u);
  const { modes, D } = params;
  const cpu = u.device;
  const y = cpu.empty(shape);
  cpu.run('s4Step', H, [modes, params.C, D ?? 0, state, u, y, H, M, R, C, batch, L], {
    scratch: 32 * Math.ceil(M / 4) * (3 + 2 * R + C),
  });
  return y;
}

/**
 * One step of a recurrence with full real matrices, x = A x + B u, y = C x (+ D u).
 *
 * @param params - A [H, N, N], B [H, N], C [C, H, N] and D [C, H].
 * @param state - x, [B, H, N / 2, 2], updated in place.
 * @param u - [B, H].
 * @returns y, [B, C H].
 * @throws ShapeError if the matrices, state and u do not fit together.
 */
export function denseStep(
  params: { readonly A: Tensor; readonly B: Tensor; readonly C: Tensor; readonly D?: Tensor | undefined },
  state: Tensor,
  u: Tensor,
): Tensor {
  const { batch, H, N, C } = denseStepDims('denseStep', params, state, u);
  const cpu = u.device;
  const y = cpu.empty([batch, C * H]);
  const { A, B, D } = params;
  cpu.run('denseStep', H, [A, B, params.C, D ?? 0, state, u, y, batch, H, N, C], { scratch: 4 * N });
  return y;
}
