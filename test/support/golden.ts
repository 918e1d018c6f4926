import { readFileSync } from 'node:fs';

/** A file of numbers from published code; see test/golden/README.md. */
export interface Golden {
  readonly tensors: Readonly<Record<string, { readonly shape: readonly number[]; readonly values: Float64Array }>>;
  /** Scalar arguments of the case. */
  readonly args: Readonly<Record<string, unknown>>;
  /** Largest error over largest magnitude that single precision may have, by tensor or by group of tensors. */
  readonly bounds: Readonly<Record<string, number | null>>;
}

const READERS = {
  F64: Float64Array,
  F32: Float32Array,
  I32: Int32Array,
};

/** Read test/golden/<name>.safetensors. */
export function golden(name: string): Golden {
  const file = readFileSync(new URL(`../golden/${name}.safetensors`, import.meta.url));
  const start = 8 + Number(file.readBigUInt64LE(0));
  const { __metadata__: metadata, ...entries } = JSON.parse(file.toString('utf8', 8, start)) as {
    __metadata__: Record<string, string>;
  } & Record<string, { dtype: keyof typeof READERS; shape: number[]; data_offsets: [number, number] }>;
  const tensors = Object.entries(entries).map(([id, { dtype, shape, data_offsets: [from, to] }]) => {
    const bytes = Uint8Array.from(file.subarray(start + from, start + to));
    return [id, { shape, values: Float64Array.from(new READERS[dtype](bytes.buffer)) }] as const;
  });
  return {
    tensors: Object.fromEntries(tensors),
    args: JSON.parse(metadata['args'] ?? '{}') as Record<string, unknown>,
    bounds: JSON.parse(metadata['expected_rel_err_f32'] ?? '{}') as Record<string, number | null>,
  };
}
