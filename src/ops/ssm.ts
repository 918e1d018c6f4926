/** @file What state space models have in common. */

/**
 * How a stored real number becomes a positive one: itself, exp x, max(x, 0) + 1e-4, 1 / (1 + exp -x), log(1 + exp x).
 */
export type Transform = 'none' | 'exp' | 'relu' | 'sigmoid' | 'softplus';

export interface SsmOptions {
  /** How dt follows from `invDt`; 'exp' by default. */
  readonly dtTransform?: 'exp' | 'softplus' | undefined;
  /** How -Re A follows from `invReA`; 'exp' by default. */
  readonly realTransform?: Transform | undefined;
  /** How -Im A follows from `invImA`; 'none' by default. */
  readonly imagTransform?: Transform | undefined;
  /** Factor of dt: 2 for input at half the frequency that the model was made for; 1 by default. */
  readonly rate?: number | undefined;
}
