import { createHash } from 'node:crypto';
import { closeSync, createReadStream, existsSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { createGunzip, gunzipSync } from 'node:zlib';
import { DataError } from '../src/errors.js';

/**
 * Write a file so that its name never stands for a half-written one: into a neighbour first, flushed to the disk,
 * then renamed. Folders are made as needed.
 */
export function writeAtomic(path: string, content: string | Uint8Array | Iterable<Uint8Array>): void {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.tmp`;
  const file = openSync(partial, 'w');
  try {
    try {
      const chunks =
        typeof content === 'string' ? [Buffer.from(content)] : ArrayBuffer.isView(content) ? [content] : content;
      for (const chunk of chunks as Iterable<Uint8Array>) writeAll(file, chunk);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
}

function writeAll(file: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at);
}

/** The path itself or, where only that exists, the path with `.gz`. */
export function findFile(path: string): string | undefined {
  return [path, `${path}.gz`].find((candidate) => existsSync(candidate));
}

/**
 * Read a file whole, unpacked if its name ends in `.gz`.
 *
 * @throws {@link DataError} if it cannot be read or unpacked.
 */
export function readData(path: string): Uint8Array {
  try {
    const bytes = readFileSync(path);
    return path.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  } catch (error) {
    throw corrupt(path, error);
  }
}

/**
 * The bytes of a file piece by piece, unpacked if its name ends in `.gz`.
 *
 * @throws {@link DataError} if it cannot be read or unpacked.
 */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  const file = createReadStream(path, { highWaterMark: 1 << 20 });
  const stream: Readable = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  file.on('error', (error) => stream.destroy(error));
  try {
    for await (const chunk of stream) yield chunk as Uint8Array;
  } catch (error) {
    throw corrupt(path, error);
  }
}

function corrupt(path: string, error: unknown): DataError {
  return new DataError(`${path}: cannot be read (${(error as Error).message}); fetch or write it again`, path);
}

/** SHA-256 of one or several byte arrays in a row, in hexadecimal. */
export function sha256(...parts: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
}
