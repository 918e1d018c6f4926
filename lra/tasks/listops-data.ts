/** @file Sets of ListOps expressions: drawn from the grammar, or read from and written to TSV files. */

import { createHash } from 'node:crypto';
import { DataError } from '../../src/errors.js';
import { Rng } from '../../src/rng.js';
import { readChunks, sha256 } from '../files.js';
import { CLOSE, ExpressionSource, type Limits, SYMBOLS, evaluate, toSource } from './listops-grammar.js';
import type { SplitName } from './task.js';

/** Expressions one after the other: expression i is tokens[offsets[i]] up to tokens[offsets[i + 1]]. */
export interface Expressions {
  readonly tokens: Uint8Array;
  readonly offsets: Float64Array;
  readonly labels: Uint8Array;
}

export interface GeneratorOptions extends Limits, Readonly<Record<SplitName, number>> {
  readonly seed: number;
}

/** The sizes and limits of the LRA release. */
export const LRA_LISTOPS: Omit<GeneratorOptions, 'seed'> = {
  train: 96_000,
  validation: 2_000,
  test: 2_000,
  minLength: 500,
  maxLength: 2_000,
  maxDepth: 10,
  maxArgs: 10,
};

/** Number of expressions in a set. */
export function countOf(set: Expressions): number {
  return set.labels.length;
}

/** Symbols of one expression. */
export function lengthAt(set: Expressions, i: number): number {
  return set.offsets[i + 1] - set.offsets[i];
}

/** The tokens of one expression; a view. */
export function expressionAt(set: Expressions, i: number): Uint8Array {
  return set.tokens.subarray(set.offsets[i], set.offsets[i + 1]);
}

/**
 * Draw the three splits; no expression occurs twice. The test split is drawn first, then validation, then train,
 * so that a larger or smaller training split leaves the others as they are.
 */
export function generateListops(options: GeneratorOptions): Record<SplitName, Expressions> {
  const source = new ExpressionSource(new Rng(options.seed).split('listops'), options);
  const seen = new Set<string>();
  const draw = (count: number): Expressions => {
    const set = new Builder();
    while (set.count < count) {
      const { tokens, value } = source.next();
      const digest = createHash('sha1').update(tokens).digest('base64');
      if (seen.has(digest)) continue;
      seen.add(digest);
      set.add(tokens, value);
    }
    return set.finish();
  };
  const test = draw(options.test);
  const validation = draw(options.validation);
  return { train: draw(options.train), validation, test };
}

/** Lines of a TSV file as the LRA release has them: header, then Source, tab, Target, each line ended by CR LF. */
export function* toTsv(set: Expressions): Generator<Uint8Array> {
  yield Buffer.from('Source\tTarget\r\n');
  for (let i = 0; i < countOf(set); i++) {
    yield Buffer.from(`${toSource(expressionAt(set, i))}\t${set.labels[i]}\r\n`);
  }
}

/**
 * Read a TSV file of the LRA release or of {@link toTsv}. Parentheses are dropped, as by the release's own reader.
 *
 * @returns the expressions, and the SHA-256 of the unpacked file.
 * @throws {@link DataError} naming file and line where a row is not an expression with its value, or is cut off.
 */
export async function readTsv(path: string): Promise<{ set: Expressions; sha256: string }> {
  const set = new Builder();
  const hash = createHash('sha256');
  let rest: Uint8Array = new Uint8Array(0);
  let line = 0;
  for await (const piece of readChunks(path)) {
    hash.update(piece);
    const chunk: Uint8Array = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, from)) {
      line++;
      const problem = line === 1 ? checkHeader(chunk.subarray(from, end)) : addRow(set, chunk.subarray(from, end));
      if (problem !== undefined) throw new DataError(`${path}: line ${line}: ${problem}`, path);
      from = end + 1;
    }
    rest = chunk.slice(from);
  }
  if (rest.length > 0) throw new DataError(`${path}: line ${line + 1} is cut off; fetch or write the file again`, path);
  if (set.count === 0) throw new DataError(`${path}: has no rows`, path);
  return { set: set.finish(), sha256: hash.digest('hex') };
}

const [TAB, LF, CR, BLANK, OPEN_PARENTHESIS, CLOSE_PARENTHESIS, BRACKET, ZERO] = [9, 10, 13, 32, 40, 41, 93, 48];

function checkHeader(line: Uint8Array): string | undefined {
  const text = Buffer.from(line).toString().trimEnd();
  return text === 'Source\tTarget' ? undefined : `header is "${text.slice(0, 40)}", expected "Source<TAB>Target"`;
}

/** Parse one line into `set`; returns what is wrong with it. */
function addRow(set: Builder, line: Uint8Array): string | undefined {
  const tab = line.indexOf(TAB);
  if (tab < 0) return 'has no tab, expected Source<TAB>Target';
  const end = line.at(-1) === CR ? line.length - 1 : line.length;
  const target = line[tab + 1] - ZERO;
  if (end !== tab + 2 || !(target >= 0 && target <= 9)) {
    return `target is "${Buffer.from(line.subarray(tab + 1, end))
      .toString()
      .slice(0, 20)}", expected a digit`;
  }
  const tokens = new Uint8Array(tab);
  let length = 0;
  for (let at = 0; at < tab;) {
    const byte = line[at];
    if (byte === BLANK || byte === OPEN_PARENTHESIS || byte === CLOSE_PARENTHESIS) {
      at++;
      continue;
    }
    let stop = at + 1;
    while (stop < tab && line[stop] !== BLANK) stop++;
    const code = symbolCode(line, at, stop);
    if (code === undefined) return `unknown symbol "${Buffer.from(line.subarray(at, stop)).toString().slice(0, 20)}"`;
    tokens[length++] = code;
    at = stop;
  }
  const expression = tokens.subarray(0, length);
  const value = evaluate(expression);
  if (value === undefined) return 'is not one whole expression';
  if (value !== target) return `target is ${target}, but the expression's value is ${value}`;
  set.add(expression, value);
  return undefined;
}

function symbolCode(line: Uint8Array, from: number, to: number): number | undefined {
  if (to - from === 1) {
    const digit = line[from] - ZERO;
    if (digit >= 0 && digit <= 9) return digit;
    return line[from] === BRACKET ? CLOSE : undefined;
  }
  const code = SYMBOLS.indexOf(Buffer.from(line.subarray(from, to)).toString());
  return code < 0 ? undefined : code;
}

/** SHA-256 over the tokens and labels of sets. */
export function hashOf(...sets: readonly Expressions[]): string {
  return sha256(...sets.flatMap((set) => [set.tokens, set.labels]));
}

/** Collects expressions in growing arrays. */
class Builder {
  #tokens = new Uint8Array(1 << 16);
  #length = 0;
  readonly #offsets: number[] = [0];
  readonly #labels: number[] = [];

  get count(): number {
    return this.#labels.length;
  }

  add(tokens: Uint8Array, label: number): void {
    if (this.#length + tokens.length > this.#tokens.length) {
      const grown = new Uint8Array(2 * (this.#length + tokens.length));
      grown.set(this.#tokens.subarray(0, this.#length));
      this.#tokens = grown;
    }
    this.#tokens.set(tokens, this.#length);
    this.#length += tokens.length;
    this.#offsets.push(this.#length);
    this.#labels.push(label);
  }

  finish(): Expressions {
    return {
      tokens: this.#tokens.slice(0, this.#length),
      offsets: Float64Array.from(this.#offsets),
      labels: Uint8Array.from(this.#labels),
    };
  }
}
