/** @file Diagonal state space models (S4D). */
import type { SsmOptions } from './ssm.js';

/** Stored parameters. M = N/2 complex modes, S sets tiled over the heads: head h uses set h mod S. */
export interface S4dParams<T> {
  /** [H]. dt = exp(invDt), or softplus(invDt). */
  readonly invDt: T;
  /** [S, M]. A = -f(invReA) - i g(invImA); f and g are `realTransform` and `imagTransform`. */
  readonly invReA: T;
  readonly invImA: T;
  /** Complex, [S, M, 2]. */
  readonly B: T;
  /** Complex, [C, H, M, 2]. */
  readonly C: T;
}

export interface S4dOptions extends SsmOptions {
  /** 'zoh' by default. 'dss' divides each mode by its geometric sum over L, for the kernel only. */
  readonly discretisation?: 'zoh' | 'bilinear' | 'dss' | undefined;
  /** Leave out modes with |dt Im A| / 2 pi >= bandlimit / 2; none by default. */
  readonly bandlimit?: number | undefined;
}

/** What a step takes besides the state and its input. */
export interface S4dStepParams<T> {
  /** Of `s4dModes`, [H, M, 2, 2]. */
  readonly modes: T;
  /** Complex, [C, H, M, 2]. */
  readonly C: T;
  /** Skip weights, [C, H]. */
  readonly D?: T | undefined;
}

export interface S4dGradients<T> {
  dInvDt: T;
  dInvReA: T;
  dInvImA: T;
  dB: T;
  dC: T;
}

export interface S4dOps<T> {
  /** k[c, h, l] = 2 Re sum_m C[c, h, m] Bb[h, m] Ab[h, m]^l, [C, H, L]. See reference/s4d.ts. */
  s4dKernel(params: S4dParams<T>, options: S4dOptions & { readonly L: number }): T;
  s4dKernelVjp(params: S4dParams<T>, dk: T, options?: S4dOptions): S4dGradients<T>;
  /**
   * The discretised modes that steps take, complex, [H, M, 2, 2]: modes[h, m] = (Ab - 1, Bb), which keeps the digits of
   * slow modes over many steps. Ab = Bb = 0 where `bandlimit` leaves a mode out.
   * 'dss' is refused, as it has no recurrence.
   */
  s4dModes(params: S4dParams<T>, options?: S4dOptions): T;
  /**
   * One step of the recurrence, x = Ab x + Bb u, y = 2 Re sum_m C x (+ D u): state [B, H, M, 2] is x, updated in place;
   * u [B, H]; y [B, C H].
   */
  s4dStep(params: S4dStepParams<T>, state: T, u: T): T;
  /** What an initial state adds to the output of the next L steps: 2 Re sum_m C Ab^(l+1) state, [B, C H, L]. */
  s4dStateOutput(params: S4dParams<T>, state: T, options: S4dOptions & { readonly L: number }): T;
  s4dStateOutputVjp(
    params: S4dParams<T>,
    state: T,
    dy: T,
    options?: S4dOptions,
  ): Omit<S4dGradients<T>, 'dB'> & { dState: T };
  /** The state after u [B, H, L], starting from `state` [B, H, M, 2]; a new tensor. */
  s4dNextState(params: S4dParams<T>, state: T, u: T, options?: S4dOptions): T;
  s4dNextStateVjp(
    params: S4dParams<T>,
    state: T,
    u: T,
    dNext: T,
    options?: S4dOptions,
  ): Omit<S4dGradients<T>, 'dC'> & { dState: T; du: T };
}
