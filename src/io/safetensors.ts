/**
 * @file The safetensors file format: 8 bytes of header length, a JSON header, raw little-endian data.
 * See https://github.com/huggingface/safetensors#format.
 */
import { DataError } from '../errors.js';

/** An array as a file holds it. F16 and BF16 are widened to f32, I64 becomes f64, which is exact up to 2^53. */
export interface StoredArray {
  readonly values: Float64Array | Float32Array | Int32Array | Uint32Array | Uint8Array;
  readonly shape: readonly number[];
}

export interface Safetensors {
  readonly tensors: Map<string, StoredArray>;
  /** The strings under `__metadata__`. */
  readonly metadata: Readonly<Record<string, string>>;
}

type Decode = (data: ArrayBuffer) => StoredArray['values'];

const types: Readonly<Record<string, { readonly bytes: number; readonly decode: Decode }>> = {
  F64: { bytes: 8, decode: (data) => new Float64Array(data) },
  F32: { bytes: 4, decode: (data) => new Float32Array(data) },
  I32: { bytes: 4, decode: (data) => new Int32Array(data) },
  U32: { bytes: 4, decode: (data) => new Uint32Array(data) },
  U8: { bytes: 1, decode: (data) => new Uint8Array(data) },
  BOOL: { bytes: 1, decode: (data) => new Uint8Array(data) },
  I64: { bytes: 8, decode: (data) => Float64Array.from(new BigInt64Array(data), Number) },
  F16: { bytes: 2, decode: (data) => Float32Array.from(new Uint16Array(data), f16) },
  BF16: {
    bytes: 2,
    decode: (data) => new Float32Array(Uint32Array.from(new Uint16Array(data), (x) => x << 16).buffer),
  },
};

/** The value of a half float from its bits. */
function f16(bits: number): number {
  const sign = bits >= 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Larger headers are refused, as other readers do. */
const MAX_HEADER = 100_000_000;

/**
 * Read a file.
 *
 * @param bytes - the whole file.
 * @param path - its name, for messages.
 * @returns copies of its arrays, by name in the order of the header.
 * @throws {@link DataError} saying what is wrong: not safetensors, cut off, an unknown type, a size that does not fit
 *   its shape, arrays that overlap or leave gaps.
 */
export function readSafetensors(bytes: Uint8Array, path: string): Safetensors {
  const fail = (what: string): never => {
    throw new DataError(`${path}: ${what}`, path);
  };
  if (bytes.length < 8) fail(`${bytes.length} bytes, expected a safetensors file of at least 8`);
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true));
  if (length > MAX_HEADER) fail(`header of ${length} bytes, expected at most ${MAX_HEADER}: not a safetensors file`);
  if (8 + length > bytes.length) fail(`header of ${length} bytes in a file of ${bytes.length}: the file is cut off`);
  const header = parseHeader(bytes.subarray(8, 8 + length), fail);
  const data = bytes.subarray(8 + length);
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    fail('__metadata__ is not a map of strings');
  }
  const tensors = new Map<string, StoredArray>();
  const spans: { readonly name: string; readonly begin: number; readonly end: number }[] = [];
  for (const [name, entry] of Object.entries(entries)) {
    const { type, shape, begin, end } = parseEntry(name, entry, data.length, fail);
    tensors.set(name, { values: type.decode(new Uint8Array(data.subarray(begin, end)).buffer), shape });
    spans.push({ name, begin, end });
  }
  let at = 0;
  for (const { name, begin, end } of spans.sort((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (begin < at) fail(`${name} begins at byte ${begin} of the data and overlaps the array that ends at ${at}`);
    if (begin > at) fail(`${name} begins at byte ${begin} of the data, expected ${at}: there is a gap`);
    at = end;
  }
  if (at !== data.length) fail(`${data.length} bytes of data, expected ${at} by the header`);
  return { tensors, metadata: metadata as Record<string, string> };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseHeader(bytes: Uint8Array, fail: (what: string) => never): Record<string, unknown> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    fail('the header is not JSON');
  }
  return isRecord(header) ? header : fail('the header is not a JSON object');
}

function parseEntry(
  name: string,
  entry: unknown,
  available: number,
  fail: (what: string) => never,
): { readonly type: (typeof types)[string]; readonly shape: number[]; readonly begin: number; readonly end: number } {
  if (!isRecord(entry)) return fail(`${name} is not described by a JSON object`);
  const { dtype, shape, data_offsets: offsets } = entry;
  const type = typeof dtype === 'string' && Object.hasOwn(types, dtype) ? types[dtype] : undefined;
  if (type === undefined) return fail(`${name} has type ${dtype}, expected one of ${Object.keys(types).join(', ')}`);
  const whole = (list: unknown): list is number[] =>
    Array.isArray(list) && list.every((x) => Number.isSafeInteger(x) && x >= 0);
  if (!whole(shape)) return fail(`${name} has shape ${JSON.stringify(shape)}, expected whole numbers`);
  if (!whole(offsets) || offsets.length !== 2) {
    return fail(`${name} has data_offsets ${JSON.stringify(offsets)}, expected two whole numbers`);
  }
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > available) {
    return fail(`${name} lies at bytes ${begin} to ${end}, but the file has ${available} bytes of data`);
  }
  const size = shape.reduce((n, d) => n * d, type.bytes);
  if (size !== end - begin) return fail(`${name} [${shape}] needs ${size} bytes, data_offsets give ${end - begin}`);
  return { type, shape, begin, end };
}

/** The type that an array is written as, and its width. */
function typeOf(values: StoredArray['values']): { readonly dtype: string; readonly bytes: number } {
  const dtype =
    values instanceof Float64Array
      ? 'F64'
      : values instanceof Float32Array
        ? 'F32'
        : values instanceof Int32Array
          ? 'I32'
          : values instanceof Uint32Array
            ? 'U32'
            : 'U8';
  return { dtype, bytes: values.BYTES_PER_ELEMENT };
}

/**
 * Write a file of F64, F32, I32, U32 and U8 arrays.
 *
 * @param tensors - by name. The order is kept, but wider types come first so that all data is aligned.
 * @param metadata - stored under `__metadata__`.
 * @returns the whole file.
 * @throws {@link DataError} if an array has not the size that its shape says, or a name is `__metadata__`.
 */
export function writeSafetensors(
  tensors: Iterable<readonly [string, StoredArray]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const header: Record<string, unknown> = Object.keys(metadata).length > 0 ? { __metadata__: metadata } : {};
  const entries = [...tensors];
  entries.sort((a, b) => typeOf(b[1].values).bytes - typeOf(a[1].values).bytes);
  let at = 0;
  for (const [name, { values, shape }] of entries) {
    if (name === '__metadata__' || Object.hasOwn(header, name)) {
      throw new DataError(`writeSafetensors: ${name} is taken, expected another name`, name);
    }
    if (values.length !== shape.reduce((n, d) => n * d, 1)) {
      throw new DataError(`writeSafetensors: ${name} has ${values.length} values, its shape is [${shape}]`, name);
    }
    header[name] = { dtype: typeOf(values).dtype, shape, data_offsets: [at, (at += values.byteLength)] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const file = new Uint8Array(8 + length + at).fill(0x20, 8, 8 + length);
  new DataView(file.buffer).setBigUint64(0, BigInt(length), true);
  file.set(text, 8);
  let offset = 8 + length;
  for (const [, { values }] of entries) {
    file.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), offset);
    offset += values.byteLength;
  }
  return file;
}
