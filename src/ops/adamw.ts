/** @file AdamW. */

export interface AdamwOptions {
  /** Base learning rate; multiplied by hyper[0]. */
  readonly lr: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly eps: number;
  /** Decoupled: the parameter shrinks by lr hyper[0] weightDecay. */
  readonly weightDecay: number;
}
