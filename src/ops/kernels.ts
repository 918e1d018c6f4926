/** @file Convolution kernels that are parameters themselves: SGConv's multi-scale kernel, squash, smoothing. */

export interface SgconvOptions<T> {
  /** Number of taps. */
  readonly L: number;
  /** 'cat' puts the scales one after the other, 'sum' adds them. */
  readonly mode: 'cat' | 'sum';
  /** Between samples of a scale; 'linear' has half-pixel centres and clamped edges, as the authors'. */
  readonly interpolation: 'linear' | 'nearest';
  /** s0: the finest scale is stretched by 2^s0. */
  readonly initScale: number;
  /** [H]: scale i of S is multiplied by decay[h]^(S - 1 - i). 1 where left out. */
  readonly decay?: T | undefined;
  /** [H]: tap l is multiplied by (l + 1)^-power[h]. 0 where left out. */
  readonly power?: T | undefined;
  /** Z, [C, H]: the kernel is divided by it. 1 where left out. */
  readonly norm?: T | undefined;
}

export interface SmoothOptions {
  /** What weighs the neighbour at distance j: 1 / width, or exp(-j^2 / 2) as it stands. 'mean' where left out. */
  readonly window?: 'mean' | 'gaussian' | undefined;
  /** x is a spectrum: complex values as pairs on the last axis, smoothed along the axis before it. */
  readonly complex?: boolean | undefined;
}

export interface KernelOps<T> {
  /**
   * The multi-scale kernel of SGConv from w [S, C, H, d]; k [C, H, L], cut or filled with zeros to L.
   * cat: block i is w[i] stretched 2^(max(0, i - 1) + s0) times; sum: 2^(i + s0) times.
   */
  sgconvKernel(w: T, options: SgconvOptions<T>): T;
  sgconvKernelVjp(w: T, dk: T, options: SgconvOptions<T>): { dw: T; dPower?: T };
  /** sign(x) max(|x| - lambda, 0). */
  squash(x: T, lambda: number): T;
  /** dx = dy where |x| > lambda, else 0. */
  squashVjp(x: T, dy: T, lambda: number): { dx: T };
  /**
   * Moving average over an odd number of neighbours on the last axis; what lies outside counts as 0. Its own gradient.
   */
  smooth(x: T, width: number, options?: SmoothOptions): T;
  /** The last axis cut or filled with zeros to L entries. Its gradient is the same with the length that x has. */
  resize(x: T, L: number): T;
}
