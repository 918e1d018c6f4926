/** @file The Image task: which of ten things is on a grey CIFAR-10 picture, read pixel by pixel? */

import { Rng } from '../../src/rng.js';
import { UsageError } from '../errors.js';
import { sha256 } from '../files.js';
import { HALVES, type Images, OFFICIAL, PIXELS, readImages } from './cifar10.js';
import { type DataFacts, type SplitName, type Task, type TaskBatch, sizeDifferences } from './task.js';

export interface ImageOptions {
  /** What is subtracted from pixel / 255, and what the difference is divided by. */
  readonly mean: number;
  readonly std: number;
  /** Of the training images, how many are held out for validation. */
  readonly validation: number;
  /** Picks them. */
  readonly splitSeed: number;
  /** Demand the official data set's checksums. */
  readonly verify: boolean;
}

/** Images of the benchmark's splits. */
const LRA_IMAGE: Readonly<Record<SplitName, number>> = { train: 45_000, validation: 5_000, test: 10_000 };

/**
 * The Image task, from files as `prepare image` writes them.
 *
 * @throws DataError if a file is missing, corrupt or, with `verify`, not the official one.
 * @throws {@link UsageError} if more images are to be held out than there are.
 */
export function openImage(options: ImageOptions, folder: string): Task {
  const [train, test] = HALVES.map((half) => readImages(folder, half, options.verify));
  const total = train.labels.length;
  if (options.validation >= total) {
    throw new UsageError(`validation is ${options.validation}, expected less than the ${total} training images`);
  }
  const order = new Rng(options.splitSeed).split('image').permutation(total);
  const splits: Record<SplitName, { readonly images: Images; readonly rows: Uint32Array }> = {
    train: { images: train, rows: order.slice(options.validation) },
    validation: { images: train, rows: order.slice(0, options.validation) },
    test: { images: test, rows: Uint32Array.from({ length: test.labels.length }, (_, i) => i) },
  };

  const load = (split: SplitName, rows: ArrayLike<number>, count: number): TaskBatch => {
    const { images } = splits[split];
    const B = rows.length;
    const x = new Float32Array(B * PIXELS);
    for (let b = 0; b < B; b++) {
      const from = rows[b] * PIXELS;
      for (let p = 0; p < PIXELS; p++) x[b * PIXELS + p] = (images.pixels[from + p] / 255 - options.mean) / options.std;
    }
    return { B, L: PIXELS, x, labels: Uint32Array.from(rows, (i) => images.labels[i]), count };
  };

  return {
    name: 'image',
    vocab: 0,
    length: PIXELS,
    classes: 10,
    data: describeData(train, test, options, folder),
    labels: (split) => Uint8Array.from(splits[split].rows, (i) => splits[split].images.labels[i]),
    batches(split, rng, batchSize) {
      const { rows } = splits[split];
      const shuffled = rng?.permutation(rows.length).map((i) => rows[i]) ?? rows;
      const length = rng === undefined ? Math.ceil(rows.length / batchSize) : Math.floor(rows.length / batchSize);
      return {
        length,
        at(index) {
          const chosen = shuffled.slice(index * batchSize, (index + 1) * batchSize);
          const full = Uint32Array.from({ length: batchSize }, (_, i) => chosen[Math.min(i, chosen.length - 1)]);
          return load(split, full, chosen.length);
        },
      };
    },
  };
}

function describeData(train: Images, test: Images, options: ImageOptions, folder: string): DataFacts {
  const count = {
    train: train.labels.length - options.validation,
    validation: options.validation,
    test: test.labels.length,
  };
  const hash = sha256(train.pixels, train.labels, test.pixels, test.labels);
  const official =
    options.verify || (sha256(train.pixels) === OFFICIAL.train.pixels && sha256(test.pixels) === OFFICIAL.test.pixels);
  const differences = sizeDifferences(count, LRA_IMAGE);
  if (!official) differences.push('images other than the official CIFAR-10 in grey');
  return {
    count,
    hash,
    source: `files in ${folder}, validation images picked by seed ${options.splitSeed}`,
    benchmark: false,
    differences,
  };
}
