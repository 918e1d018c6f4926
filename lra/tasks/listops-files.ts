/** @file Folders of ListOps files: three TSV files as in the LRA release and, if generated here, their checksums. */

import { createHash } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { DataError } from '../../src/errors.js';
import { UsageError } from '../errors.js';
import { findFile, readData, writeAtomic } from '../files.js';
import { type Expressions, type GeneratorOptions, readTsv, toTsv } from './listops-data.js';
import { SPLITS, type SplitName } from './task.js';

/** Names of the release's files. */
export const FILES: Readonly<Record<SplitName, string>> = {
  train: 'basic_train.tsv',
  validation: 'basic_val.tsv',
  test: 'basic_test.tsv',
};

const MANIFEST = 'generated.json';

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const whole = z.int().min(0);
const sizes = { train: whole, validation: whole, test: whole };
const limits = { minLength: whole, maxLength: whole, maxDepth: whole, maxArgs: whole };
const manifestSchema = z.object({
  options: z.object({ ...sizes, ...limits, seed: whole }),
  sha256: z.object({ train: hex, validation: hex, test: hex }),
});

/** How files were drawn, and their checksums. */
type Manifest = z.infer<typeof manifestSchema>;

/**
 * Write the three files and, last, a manifest with the options and the files' checksums.
 *
 * @throws {@link UsageError} if one of the files is there already and `force` is not set.
 */
export function writeFolder(
  folder: string,
  sets: Readonly<Record<SplitName, Expressions>>,
  options: GeneratorOptions,
  force: boolean,
): void {
  const present = SPLITS.map((split) => join(folder, FILES[split])).filter((path) => existsSync(path));
  if (present.length > 0 && !force) {
    throw new UsageError(`${present[0]} exists; choose another folder, or write over it with --force`);
  }
  rmSync(join(folder, MANIFEST), { force: true });
  const sha256: Partial<Record<SplitName, string>> = {};
  for (const split of SPLITS) {
    const hash = createHash('sha256');
    writeAtomic(join(folder, FILES[split]), hashed(toTsv(sets[split]), hash));
    sha256[split] = hash.digest('hex');
  }
  writeAtomic(join(folder, MANIFEST), `${JSON.stringify({ options, sha256 }, undefined, 2)}\n`);
}

function* hashed(chunks: Iterable<Uint8Array>, hash: { update(chunk: Uint8Array): unknown }): Generator<Uint8Array> {
  for (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/**
 * Read the three files, packed or not.
 *
 * @returns the expressions, and how they were drawn if {@link writeFolder} wrote the files.
 * @throws {@link DataError} if one is missing, holds anything but expressions with their values, or differs from its
 *   checksum in the manifest.
 */
export async function readFolder(
  folder: string,
): Promise<{ sets: Record<SplitName, Expressions>; generated: GeneratorOptions | undefined }> {
  const manifest = readManifest(join(folder, MANIFEST));
  const sets: Partial<Record<SplitName, Expressions>> = {};
  for (const split of SPLITS) {
    const path = findFile(join(folder, FILES[split]));
    if (path === undefined) throw missing(join(folder, FILES[split]));
    const { set, sha256 } = await readTsv(path);
    const expected = manifest?.sha256[split];
    if (expected !== undefined && expected !== sha256) {
      throw new DataError(
        `${path}: checksum is ${sha256}, expected ${expected} (${MANIFEST}); generate the files again`,
        path,
      );
    }
    sets[split] = set;
  }
  return { sets: sets as Record<SplitName, Expressions>, generated: manifest?.options };
}

function readManifest(path: string): Manifest | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return manifestSchema.parse(JSON.parse(Buffer.from(readData(path)).toString()));
  } catch {
    throw new DataError(`${path}: is not what "longwave-lra generate listops" writes; generate the files again`, path);
  }
}

function missing(path: string): DataError {
  return new DataError(
    `${path} is missing. Put the files of lra_release/listops-1000 there (${Object.values(FILES).join(', ')}, from ` +
      'github.com/google-research/long-range-arena), write such files with "longwave-lra generate listops --to DIR", ' +
      'or leave --data out and have them drawn in memory',
    path,
  );
}
