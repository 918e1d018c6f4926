/** @file What state space models have in common: how stored numbers become dt and A. */

/** See `SsmOptions` in src/ops/ssm.ts. */
export type Transform = 'none' | 'exp' | 'relu' | 'sigmoid' | 'softplus';

export interface SsmOptions {
  /** 'exp' by default. */
  readonly dtTransform?: 'exp' | 'softplus' | undefined;
  /** 'exp' by default. */
  readonly realTransform?: Transform | undefined;
  /** 'none' by default. */
  readonly imagTransform?: Transform | undefined;
  /** 1 by default. */
  readonly rate?: number | undefined;
}

/** log(1 + exp x). */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}

/** x, exp x, max(x, 0) + 1e-4, 1 / (1 + exp -x) or log(1 + exp x). */
export function transform(kind: Transform, x: number): number {
  switch (kind) {
    case 'none':
      return x;
    case 'exp':
      return Math.exp(x);
    case 'relu':
      return Math.max(x, 0) + 1e-4;
    case 'sigmoid':
      return sigmoid(x);
    case 'softplus':
      return softplus(x);
  }
}

/** Its derivative; that of 'relu' at 0 is 0. */
export function transformSlope(kind: Transform, x: number): number {
  switch (kind) {
    case 'none':
      return 1;
    case 'exp':
      return Math.exp(x);
    case 'relu':
      return x > 0 ? 1 : 0;
    case 'sigmoid':
      return sigmoid(x) * sigmoid(-x);
    case 'softplus':
      return sigmoid(x);
  }
}
