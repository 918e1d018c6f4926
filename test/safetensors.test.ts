import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DataError } from '../src/errors.js';
import { readSafetensors, writeSafetensors } from '../src/io/safetensors.js';

/** A file with any header and data. */
function file(header: unknown, data: ArrayBufferView = new Uint8Array(0)): Uint8Array {
  const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
  const bytes = new Uint8Array(8 + text.length + data.byteLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), 8 + text.length);
  return bytes;
}

const one = (entry: Record<string, unknown>): Record<string, unknown> => ({
  x: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...entry },
});

describe('writing and reading', () => {
  test('gives back any arrays, bit for bit', () => {
    const array = fc.oneof(
      fc.float32Array({ maxLength: 9 }),
      fc.float64Array({ maxLength: 9 }),
      fc.int32Array({ maxLength: 9 }),
      fc.uint32Array({ maxLength: 9 }),
      fc.uint8Array({ maxLength: 9 }),
    );
    const name = fc.string({ unit: 'grapheme' }).filter((id) => id !== '__metadata__' && id !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(name, array), fc.dictionary(name, fc.string()), (arrays, metadata) => {
        const entries = Object.entries(arrays).map(([id, values]) => [id, { values, shape: [values.length] }] as const);
        // at an odd offset, as a file inside a larger buffer is
        const written = writeSafetensors(entries, metadata);
        const moved = new Uint8Array(written.length + 1);
        moved.set(written, 1);
        const read = readSafetensors(moved.subarray(1), 'test');
        expect(read.metadata).toEqual(metadata);
        expect(read.tensors.size).toBe(entries.length);
        for (const [id, { values, shape }] of entries) expect(read.tensors.get(id)).toEqual({ values, shape });
      }),
      { numRuns: 50, seed: 1 },
    );
  });

  test('the data of every array is aligned to its element', () => {
    const bytes = writeSafetensors([
      ['a', { values: Float32Array.of(1), shape: [1] }],
      ['b', { values: Float64Array.of(2, 3), shape: [2, 1] }],
    ]);
    const length = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
    expect(length % 8).toBe(0);
    expect(header.b.data_offsets).toEqual([0, 16]);
    expect(header.a.data_offsets).toEqual([16, 20]);
  });

  test('reads half floats, bfloat16, integers and booleans', () => {
    const data = new Uint8Array(45);
    const view = new DataView(data.buffer);
    // 1.5, -2^-24, 65504, -infinity; 1.5, -3, 2^-126
    [0x3e00, 0x8001, 0x7bff, 0xfc00, 0x3fc0, 0xc040, 0x0080].forEach((x, i) => view.setUint16(2 * i, x, true));
    view.setInt32(14, -7, true);
    view.setUint32(18, 0xffffffff, true);
    data.set([1, 2, 3, 4, 5, 255], 22);
    view.setBigInt64(28, -(2n ** 40n), true);
    view.setBigInt64(36, 7n, true);
    data[44] = 1;
    const { tensors } = readSafetensors(
      file(
        {
          h: { dtype: 'F16', shape: [2, 2], data_offsets: [0, 8] },
          b: { dtype: 'BF16', shape: [3], data_offsets: [8, 14] },
          i: { dtype: 'I32', shape: [], data_offsets: [14, 18] },
          u: { dtype: 'U32', shape: [1], data_offsets: [18, 22] },
          c: { dtype: 'U8', shape: [6], data_offsets: [22, 28] },
          l: { dtype: 'I64', shape: [2], data_offsets: [28, 44] },
          t: { dtype: 'BOOL', shape: [], data_offsets: [44, 45] },
        },
        data,
      ),
      'test',
    );
    expect(tensors.get('h')).toEqual({ values: Float32Array.of(1.5, -(2 ** -24), 65504, -Infinity), shape: [2, 2] });
    expect(tensors.get('b')?.values).toEqual(Float32Array.of(1.5, -3, 2 ** -126));
    expect(tensors.get('i')).toEqual({ values: Int32Array.of(-7), shape: [] });
    expect(tensors.get('u')?.values).toEqual(Uint32Array.of(0xffffffff));
    expect(tensors.get('l')).toEqual({ values: Float64Array.of(-(2 ** 40), 7), shape: [2] });
    expect(tensors.get('t')).toEqual({ values: Uint8Array.of(1), shape: [] });
    expect(tensors.get('c')?.values).toEqual(Uint8Array.of(1, 2, 3, 4, 5, 255));
  });
});

describe('a broken file is refused, saying why', () => {
  const data = new Float32Array(2);
  test.each([
    ['too short', new Uint8Array(3), '3 bytes, expected a safetensors file of at least 8'],
    ['another format', new TextEncoder().encode('PNG file, long enough'), 'not a safetensors file'],
    ['cut off in the header', file(one({})).subarray(0, 20), 'the file is cut off'],
    ['cut off in the data', file(one({}), new Uint8Array(7)), 'x lies at bytes 0 to 8, but the file has 7 bytes of data'],
    ['header not JSON', file('{"x":'), 'the header is not JSON'],
    ['header not UTF-8', file({}).fill(0xff, 8), 'the header is not JSON'],
    ['header an array', file([]), 'the header is not a JSON object'],
    ['metadata not strings', file({ __metadata__: { a: 1 } }), '__metadata__ is not a map of strings'],
    ['entry not an object', file({ x: 1 }), 'x is not described by a JSON object'],
    ['unknown type', file(one({ dtype: 'C64' }), data), 'x has type C64, expected one of F64, F32'],
    ['a type of every object', file(one({ dtype: 'toString' }), data), 'x has type toString'],
    ['bad shape', file(one({ shape: [-2] }), data), 'x has shape [-2], expected whole numbers'],
    ['bad offsets', file(one({ data_offsets: [0] }), data), 'x has data_offsets [0], expected two whole numbers'],
    ['size against shape', file(one({ shape: [3] }), data), 'x [3] needs 12 bytes, data_offsets give 8'],
    ['data left over', file(one({}), new Float32Array(3)), '12 bytes of data, expected 8 by the header'],
    [
      'overlap',
      file({ ...one({}), y: { dtype: 'F32', shape: [1], data_offsets: [4, 8] } }, data),
      'y begins at byte 4 of the data and overlaps the array that ends at 8',
    ],
    ['gap', file(one({ shape: [1], data_offsets: [4, 8] }), data), 'x begins at byte 4 of the data, expected 0'],
  ])('%s', (_, bytes, message) => {
    expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(DataError);
    expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow(message);
    expect(() => readSafetensors(bytes, 'model.safetensors')).toThrow('model.safetensors: ');
  });

  test('writing checks sizes and names', () => {
    const values = Float32Array.of(1, 2);
    expect(() => writeSafetensors([['x', { values, shape: [3] }]])).toThrow('x has 2 values, its shape is [3]');
    expect(() => writeSafetensors([['__metadata__', { values, shape: [2] }]])).toThrow(DataError);
  });
});
