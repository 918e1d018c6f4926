/** @file CIFAR-10 in grey: from the official binary batches to two files of pixels and two of labels, and back. */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DataError } from '../../src/errors.js';
import { UsageError } from '../errors.js';
import { findFile, readData, sha256, writeAtomic } from '../files.js';

/** Pixels of an image, 32 by 32, row by row. */
export const PIXELS = 1024;

/** Images of one half of the data set with their classes. */
export interface Images {
  /** [n, 1024], 0 black to 255 white. */
  readonly pixels: Uint8Array;
  /** [n], 0 .. 9. */
  readonly labels: Uint8Array;
}

export type Half = 'train' | 'test';

export const HALVES: readonly Half[] = ['train', 'test'];

const BATCHES: Readonly<Record<Half, readonly string[]>> = {
  train: [1, 2, 3, 4, 5].map((i) => `data_batch_${i}.bin`),
  test: ['test_batch.bin'],
};
const BATCH_IMAGES = 10_000;
const RECORD = 1 + 3 * PIXELS;

const FILES: Readonly<Record<Half, { readonly pixels: string; readonly labels: string }>> = {
  train: { pixels: 'cifar10-gray-train.u8', labels: 'cifar10-train-labels.u8' },
  test: { pixels: 'cifar10-gray-test.u8', labels: 'cifar10-test-labels.u8' },
};

/** SHA-256 of the prepared files of the official data set. */
export const OFFICIAL: Readonly<Record<Half, { readonly pixels: string; readonly labels: string }>> = {
  train: {
    pixels: 'f346c5f19e1cde45025299d0b5224a35d90eebcae6b08126508785ecb7953bcb',
    labels: '2b7cd2f24487317614016b72ffd53071c3062f592f0eb300c18a770d41ae1253',
  },
  test: {
    pixels: 'da6570c8fc30598084b7026f0db9189359f487774fe45dee03ff80287878c887',
    labels: 'cec8a24a1e92aa2ecaa0bbd3dbfa86bf6cd8759fbd209a832824c8cf0afca9d5',
  },
};

const FETCH =
  'Fetch cifar-10-binary.tar.gz from https://www.cs.toronto.edu/~kriz/cifar.html, unpack it, and run ' +
  '"longwave-lra prepare image --from cifar-10-batches-bin"';

/** ITU-R 601 luma in 16-bit fixed point, as image libraries convert to grey. */
export function luma(r: number, g: number, b: number): number {
  return (19_595 * r + 38_470 * g + 7_471 * b + 32_768) >> 16;
}

/**
 * Read one half of the official binary version: records of a label, then 1024 red, green and blue bytes.
 *
 * @param verify - demand the official sizes.
 * @throws {@link DataError} if a file is missing, has not whole records, or a label is not 0 .. 9.
 */
export function readBatches(folder: string, half: Half, verify: boolean): Images {
  const parts = BATCHES[half].map((name) => readBatch(join(folder, name), verify));
  return {
    pixels: Buffer.concat(parts.map(({ pixels }) => pixels)),
    labels: Buffer.concat(parts.map(({ labels }) => labels)),
  };
}

function readBatch(path: string, verify: boolean): Images {
  const found = findFile(path);
  if (found === undefined) throw new DataError(`${path} is missing. ${FETCH}`, path);
  const bytes = readData(found);
  const count = bytes.length / RECORD;
  if (!Number.isInteger(count) || count === 0 || (verify && count !== BATCH_IMAGES)) {
    throw new DataError(
      `${found}: has ${bytes.length} bytes, expected ${BATCH_IMAGES} records of ${RECORD} ` +
        `(${BATCH_IMAGES * RECORD}). ${FETCH}`,
      found,
    );
  }
  const pixels = new Uint8Array(count * PIXELS);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    const at = i * RECORD;
    labels[i] = bytes[at];
    for (let p = 0; p < PIXELS; p++) {
      const red = at + 1 + p;
      pixels[i * PIXELS + p] = luma(bytes[red], bytes[red + PIXELS], bytes[red + 2 * PIXELS]);
    }
  }
  checkLabels(found, labels);
  return { pixels, labels };
}

/**
 * Write the prepared files of one half.
 *
 * @throws {@link UsageError} if one of them exists and `force` is not set.
 */
export function writeImages(folder: string, half: Half, images: Images, force: boolean): void {
  for (const kind of ['pixels', 'labels'] as const) {
    const path = join(folder, FILES[half][kind]);
    if (existsSync(path) && !force) {
      throw new UsageError(`${path} exists; choose another folder, or write over it with --force`);
    }
  }
  for (const kind of ['pixels', 'labels'] as const) writeAtomic(join(folder, FILES[half][kind]), images[kind]);
}

/**
 * Read the prepared files of one half, packed or not.
 *
 * @param verify - demand the official data set's checksums; sizes and labels are checked in any case.
 * @throws {@link DataError} if a file is missing or is not what it should be.
 */
export function readImages(folder: string, half: Half, verify: boolean): Images {
  const [pixelsPath, labelsPath] = (['pixels', 'labels'] as const).map((kind) => {
    const path = join(folder, FILES[half][kind]);
    const found = findFile(path);
    if (found === undefined) throw new DataError(`${path} is missing. ${FETCH} --to ${folder}`, path);
    return found;
  });
  const images = { pixels: readData(pixelsPath), labels: readData(labelsPath) };
  const count = images.labels.length;
  if (count === 0 || images.pixels.length !== count * PIXELS) {
    throw new DataError(
      `${pixelsPath}: has ${images.pixels.length} bytes, expected ${PIXELS} for each of the ${count} labels. ${FETCH}`,
      pixelsPath,
    );
  }
  checkLabels(labelsPath, images.labels);
  if (verify) checkOfficial(images, half, { pixels: pixelsPath, labels: labelsPath });
  return images;
}

/** @throws {@link DataError} unless the images have the official data set's checksums. */
export function checkOfficial(
  images: Images,
  half: Half,
  paths: { readonly pixels: string; readonly labels: string },
): void {
  for (const kind of ['labels', 'pixels'] as const) {
    const got = sha256(images[kind]);
    if (got === OFFICIAL[half][kind]) continue;
    throw new DataError(
      `${paths[kind]}: SHA-256 of the ${kind} is ${got}, ` +
        `the official CIFAR-10 ${half} set's is ${OFFICIAL[half][kind]}. ` +
        `${FETCH}. To use other images, switch the check off: --no-verify with prepare, --verify=false with train`,
      paths[kind],
    );
  }
}

function checkLabels(path: string, labels: Uint8Array): void {
  const wrong = labels.findIndex((label) => label > 9);
  if (wrong >= 0) {
    throw new DataError(`${path}: label ${wrong} is ${labels[wrong]}, expected 0 to 9. ${FETCH}`, path);
  }
}
