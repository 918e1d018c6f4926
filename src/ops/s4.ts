/** @file Structured state space models with diagonal plus low-rank A (S4). */
import type { SsmOptions } from './ssm.js';

/**
 * Stored parameters: A = diag(lambda) - sum_r P_r P_r* over M = N/2 modes and their conjugates, bilinear
 * discretisation. S sets tiled over the heads: head h uses set h mod S. Rank R is 1 or 2.
 */
export interface S4Params<T> {
  /** [H]. dt = exp(invDt), or softplus(invDt). */
  readonly invDt: T;
  /** [S, M]. lambda = -f(invReA) - i g(invImA); f and g are `realTransform` and `imagTransform`. */
  readonly invReA: T;
  readonly invImA: T;
  /** Complex, [S, M, 2]. */
  readonly B: T;
  /** Complex, [R, S, M, 2]. */
  readonly P: T;
  /**
   * Complex, [C, H, M, 2]. For the kernel it is C (I - Ab^lKernel), the "C tilde" of the truncated generating
   * function; for the recurrence it is C itself.
   */
  readonly C: T;
}

export interface S4KernelOptions extends SsmOptions {
  /** Number of samples. */
  readonly L: number;
  /** The length that C has been corrected for; L where left out. L <= round(lKernel / rate). */
  readonly lKernel?: number | undefined;
}

export interface S4Gradients<T> {
  dInvDt: T;
  dInvReA: T;
  dInvImA: T;
  dB: T;
  dP: T;
  dC: T;
}

/** What steps take besides the state and their input. */
export interface S4StepParams<T> {
  /** Of `s4Modes`, [H, M, 2 + 2 R, 2]. */
  readonly modes: T;
  /** That of the recurrence, not the corrected one: complex, [C, H, M, 2]. */
  readonly C: T;
  /** Skip weights, [C, H]. */
  readonly D?: T | undefined;
}

export interface S4Ops<T> {
  /** k[c, h, l] = C Ab^l Bb, [C, H, L], from its values at the n-th roots of unity, n = round(lKernel / rate). */
  s4Kernel(params: S4Params<T>, options: S4KernelOptions): T;
  s4KernelVjp(params: S4Params<T>, dk: T, options: S4KernelOptions): S4Gradients<T>;
  /**
   * The discretised modes that steps take, complex, [H, M, 2 + 2 R, 2]; see reference/s4-step.ts:
   * modes[h, m] = (dt B, dt lambda d, dt d P_r, w_r).
   */
  s4Modes(params: S4Params<T>, options?: SsmOptions): T;
  /**
   * The recurrence x = Ab x + Bb u[l], y[l] = 2 Re sum_m C x (+ D u) by the diagonal plus low-rank form, O(M R) a step.
   * state [B, H, M, 2] is updated in place. u [B, H] is one step, u [B, H, L] is L of them; y [B, C H] or [B, C H, L].
   */
  s4Step(params: S4StepParams<T>, state: T, u: T): T;
  /**
   * One step of a recurrence with full real matrices, x = A x + B u, y = C x (+ D u): state [B, H, M, 2] is x with
   * N = 2M real entries, updated in place. A [H, N, N], B [H, N], C [C, H, N], u [B, H]; y [B, C H].
   */
  denseStep(
    params: { readonly A: T; readonly B: T; readonly C: T; readonly D?: T | undefined },
    state: T,
    u: T,
  ): T;
}
