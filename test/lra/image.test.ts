import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { PIXELS, luma, readBatches, readImages, writeImages } from '../../lra/tasks/cifar10.js';
import { openImage } from '../../lra/tasks/image.js';
import { majority } from '../../lra/tasks/task.js';
import { Rng } from '../../src/rng.js';
import { temporaryFolder } from '../support/folder.js';
import { syntheticBatches } from '../support/cifar10.js';

const folder = temporaryFolder();
const source = join(folder, 'batches');
const prepared = join(folder, 'prepared');
const options = { mean: 122.6 / 255, std: 61 / 255, validation: 10, splitSeed: 42, verify: false };

beforeAll(() => {
  syntheticBatches(source, { perBatch: 12, test: 9 });
  for (const half of ['train', 'test'] as const) writeImages(prepared, half, readBatches(source, half, false), false);
});

/** A copy of a folder's files with one of them changed. */
function altered(name: string, change: (bytes: Buffer) => Buffer | undefined, from = prepared): string {
  const to = join(folder, `${readdirSync(folder).length}`);
  mkdirSync(to);
  for (const file of readdirSync(from)) {
    const bytes = readFileSync(join(from, file));
    const content = file === name ? change(bytes) : bytes;
    if (content !== undefined) writeFileSync(join(to, file), content);
  }
  return to;
}

describe('prepare', () => {
  test('luma is that of ITU-R 601, rounded to nearest', () => {
    for (const [r, g, b] of [
      [0, 0, 0],
      [255, 255, 255],
      [255, 0, 0],
      [0, 255, 0],
      [0, 0, 255],
      [59, 62, 63],
    ]) {
      expect(luma(r, g, b)).toBe(Math.round(0.299 * r + 0.587 * g + 0.114 * b));
    }
  });

  test('reads labels and pixels in the official order', () => {
    const { pixels, labels } = readBatches(source, 'train', false);
    expect(labels).toHaveLength(60);
    expect(pixels).toHaveLength(60 * PIXELS);
    const batch = readFileSync(join(source, 'data_batch_3.bin'));
    const record = batch.subarray(5 * 3073, 6 * 3073);
    expect(labels[2 * 12 + 5]).toBe(record[0]);
    const at = 700;
    const image = pixels.subarray((2 * 12 + 5) * PIXELS, (2 * 12 + 6) * PIXELS);
    expect(image[at]).toBe(luma(record[1 + at], record[1 + 1024 + at], record[1 + 2048 + at]));
  });

  test('what is written is read back, packed or not', () => {
    const images = readBatches(source, 'test', false);
    expect(readImages(prepared, 'test', false)).toEqual({
      pixels: Buffer.from(images.pixels),
      labels: Buffer.from(images.labels),
    });
    const packed = altered('cifar10-gray-test.u8', () => undefined);
    writeFileSync(join(packed, 'cifar10-gray-test.u8.gz'), gzipSync(images.pixels));
    expect(readImages(packed, 'test', false).pixels).toEqual(Buffer.from(images.pixels));
  });

  test('existing files are kept unless forced', () => {
    const images = readBatches(source, 'test', false);
    expect(() => writeImages(prepared, 'test', images, false)).toThrow('cifar10-gray-test.u8 exists');
    writeImages(prepared, 'test', images, true);
  });

  test.each([
    ['missing', () => undefined, 'data_batch_2.bin is missing. Fetch cifar-10-binary.tar.gz from https://'],
    ['cut off', (b: Buffer) => b.subarray(0, b.length - 1), 'expected 10000 records of 3073 (30730000)'],
    ['empty', () => Buffer.alloc(0), 'has 0 bytes'],
    [
      'with a wrong label',
      (b: Buffer) => Buffer.concat([Buffer.of(10), b.subarray(1)]),
      'label 0 is 10, expected 0 to 9',
    ],
  ])('a batch that is %s', (_, change, message) => {
    const to = altered('data_batch_2.bin', change, source);
    expect(() => readBatches(to, 'train', false)).toThrow(message);
    expect(() => readBatches(to, 'train', false)).toThrow(expect.objectContaining({ name: 'DataError' }));
    expect(() => readBatches(to, 'train', false)).toThrow('longwave-lra prepare image --from');
  });

  test('whole records that are too few for the official set', () => {
    expect(() => readBatches(source, 'test', true)).toThrow('test_batch.bin: has 27657 bytes');
  });
});

describe('prepared files', () => {
  test.each([
    ['missing labels', 'cifar10-train-labels.u8', () => undefined, 'cifar10-train-labels.u8 is missing'],
    ['missing pixels', 'cifar10-gray-train.u8', () => undefined, 'cifar10-gray-train.u8 is missing'],
    [
      'too few pixels',
      'cifar10-gray-train.u8',
      (b: Buffer) => b.subarray(1),
      'expected 1024 for each of the 60 labels',
    ],
    ['wrong label', 'cifar10-train-labels.u8', (b: Buffer) => b.fill(77, 3, 4), 'label 3 is 77'],
    ['no labels', 'cifar10-train-labels.u8', () => Buffer.alloc(0), 'expected 1024 for each of the 0 labels'],
  ])('%s', (_, name, change, message) => {
    const to = altered(name, change);
    expect(() => readImages(to, 'train', false)).toThrow(message);
    expect(() => readImages(to, 'train', false)).toThrow(expect.objectContaining({ name: 'DataError' }));
  });

  test('a packed file that is not packed', () => {
    const to = altered('cifar10-gray-test.u8', () => undefined);
    writeFileSync(join(to, 'cifar10-gray-test.u8.gz'), 'not packed');
    expect(() => readImages(to, 'test', false)).toThrow('cifar10-gray-test.u8.gz: cannot be read');
  });

  test('images other than the official ones', () => {
    expect(() => readImages(prepared, 'test', true)).toThrow(/SHA-256 of the labels is [0-9a-f]{64}, the official/);
    expect(() => readImages(prepared, 'test', true)).toThrow('--verify=false');
  });
});

describe('task', () => {
  test('splits by the seed, without overlap', () => {
    const task = openImage(options, prepared);
    expect(task.data.count).toEqual({ train: 50, validation: 10, test: 9 });
    const first = (split: 'train' | 'validation', seed: number): string[] => {
      const { length, at } = openImage({ ...options, splitSeed: seed }, prepared).batches(split, undefined, 1);
      return Array.from({ length }, (_, i) => `${at(i).x?.slice(0, 20)}`);
    };
    expect(new Set([...first('train', 42), ...first('validation', 42)]).size).toBe(60);
    expect(first('validation', 42)).toEqual(first('validation', 42));
    expect(first('validation', 42)).not.toEqual(first('validation', 43));
    expect(() => openImage({ ...options, validation: 60 }, prepared)).toThrow('expected less than the 60');
  });

  test('pixels are normalised', () => {
    const task = openImage(options, prepared);
    const { x, labels, B, L, count } = task.batches('test', undefined, 4).at(1);
    const images = readImages(prepared, 'test', false);
    expect({ B, L, count }).toEqual({ B: 4, L: 1024, count: 4 });
    expect(labels).toEqual(Uint32Array.from(images.labels.subarray(4, 8)));
    for (const i of [0, 1023, 4095]) {
      expect(x?.[i]).toBe(Math.fround((images.pixels[4 * PIXELS + i] / 255 - 122.6 / 255) / (61 / 255)));
    }
  });

  test('evaluation sees each image once, training whole batches in another order each epoch', () => {
    const task = openImage(options, prepared);
    const test = task.batches('test', undefined, 4);
    expect(Array.from({ length: test.length }, (_, i) => test.at(i).count)).toEqual([4, 4, 1]);
    expect(test.at(2).labels).toHaveLength(4);
    const [one, again, other] = [1, 1, 2].map((seed) => task.batches('train', new Rng(seed), 16));
    expect(one.length).toBe(3);
    expect(again.at(2)).toEqual(one.at(2));
    expect(other.at(2)).not.toEqual(one.at(2));
  });

  test('says how the data differ from the benchmark', () => {
    expect(openImage(options, prepared).data.differences).toEqual([
      '50 train examples instead of 45000',
      '10 validation examples instead of 5000',
      '9 test examples instead of 10000',
      'images other than the official CIFAR-10 in grey',
    ]);
  });
});

test('the majority class', () => {
  expect(majority(Uint8Array.of(1, 2, 2, 0, 2), 3)).toEqual({ label: 2, share: 0.6 });
});
