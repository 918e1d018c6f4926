import { keepThreshold } from '../../reference/rng.js';
import type { Dropout } from '../backend.js';
import type { Tensor } from './tensor.js';

/** Bytes of scratch in which kernels make the factors of a piece of a row; see wasm/random.ts. */
export const MASK_BYTES = 4 * (256 + 16);

/** The last five arguments of kernels with dropout; without it the key's address is 0. */
export function maskArguments(dropout: Dropout<Tensor> | undefined): (number | Tensor)[] {
  if (dropout === undefined) return [0, 0, 0, 1, 0];
  const { key, stream, p, tied } = dropout;
  return [key, stream, keepThreshold(p), 1 / (1 - p), Number(tied === true)];
}
