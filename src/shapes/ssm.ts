import type { SsmOptions, Transform } from '../backend.js';
import { ShapeError } from '../errors.js';

/** Transforms in the order of their numbers in kernels. */
const TRANSFORMS: readonly Transform[] = ['none', 'exp', 'relu', 'sigmoid', 'softplus'];

/** {@link SsmOptions} as kernels take them. */
export interface SsmNumbers {
  readonly dt: number;
  readonly real: number;
  readonly imag: number;
  readonly rate: number;
}

/** @throws {@link ShapeError} if a transform is none of the known ones or the rate is not a positive number. */
export function ssmNumbers(name: string, options: SsmOptions): SsmNumbers {
  const { dtTransform = 'exp', realTransform = 'exp', imagTransform = 'none', rate = 1 } = options;
  if (dtTransform !== 'exp' && dtTransform !== 'softplus') {
    throw new ShapeError(`${name}: dtTransform is ${String(dtTransform)}, expected exp or softplus`);
  }
  for (const [id, kind] of Object.entries({ realTransform, imagTransform })) {
    if (!TRANSFORMS.includes(kind)) {
      throw new ShapeError(`${name}: ${id} is ${kind}, expected one of ${TRANSFORMS.join(', ')}`);
    }
  }
  if (!(rate > 0 && rate < Infinity)) throw new ShapeError(`${name}: rate is ${rate}, expected a positive number`);
  return {
    dt: TRANSFORMS.indexOf(dtTransform),
    real: TRANSFORMS.indexOf(realTransform),
    imag: TRANSFORMS.indexOf(imagTransform),
    rate,
  };
}
