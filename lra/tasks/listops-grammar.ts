/**
 * @file The language of ListOps: nested lists with an operator and one-digit arguments.
 * Nangia and Bowman, arXiv:1804.06028; the long version of Tay et al., arXiv:2011.04006.
 */

import type { Rng } from '../../src/rng.js';

/** Symbols by code: a digit is its own code, then the operators with their bracket, then the closing bracket. */
export const SYMBOLS: readonly string[] = [...'0123456789', '[MIN', '[MAX', '[MED', '[SM', ']'];

const MIN = 10;
const MAX = 11;
const MED = 12;
const SM = 13;
const OPERATORS = 4;

/** Code of the closing bracket. */
export const CLOSE = 14;

/** What bounds the expressions that are drawn. */
export interface Limits {
  /** Both exclusive; operators, digits and closing brackets count. */
  readonly minLength: number;
  readonly maxLength: number;
  /** Lists within lists. */
  readonly maxDepth: number;
  /** Arguments of a list, 2 at least. */
  readonly maxArgs: number;
}

/** The share of nodes above the depth limit that are lists. */
const LIST_SHARE = 0.25;

/** The value of a list. MED of an even count is the mean of the middle two, cut to a whole number. */
export function apply(operator: number, values: readonly number[]): number {
  if (operator === MIN) return Math.min(...values);
  if (operator === MAX) return Math.max(...values);
  if (operator === MED) {
    const sorted = [...values].sort((a, b) => a - b);
    const middle = Math.floor(sorted.length / 2);
    return sorted.length % 2 === 1 ? sorted[middle] : Math.floor((sorted[middle - 1] + sorted[middle]) / 2);
  }
  return values.reduce((sum, v) => sum + v, 0) % 10;
}

export interface Expression {
  /** Codes of {@link SYMBOLS}. */
  readonly tokens: Uint8Array;
  readonly value: number;
}

/** Draws expressions by the rules of the LRA release. */
export class ExpressionSource {
  readonly #rng: Rng;
  readonly #limits: Limits;
  readonly #tokens: Uint8Array;
  #length = 0;

  constructor(rng: Rng, limits: Limits) {
    this.#rng = rng;
    this.#limits = limits;
    this.#tokens = new Uint8Array(limits.maxLength);
  }

  /** The next expression whose length is within the limits; all others are thrown away. */
  next(): Expression {
    for (;;) {
      this.#length = 0;
      const value = this.#node(1);
      if (value >= 0 && this.#length > this.#limits.minLength) {
        return { tokens: this.#tokens.slice(0, this.#length), value };
      }
    }
  }

  /** Append a node; returns its value, or -1 as soon as the expression is too long. */
  #node(depth: number): number {
    if (this.#length + 1 >= this.#limits.maxLength) return -1;
    if (depth >= this.#limits.maxDepth || this.#rng.uniform() > LIST_SHARE) {
      const digit = this.#rng.integer(10);
      this.#tokens[this.#length++] = digit;
      return digit;
    }
    const at = this.#length++;
    const values: number[] = [];
    for (let left = 2 + this.#rng.integer(this.#limits.maxArgs - 1); left > 0; left--) {
      const value = this.#node(depth + 1);
      if (value < 0) return -1;
      values.push(value);
    }
    const operator = MIN + this.#rng.integer(OPERATORS);
    this.#tokens[at] = operator;
    this.#tokens[this.#length++] = CLOSE;
    return this.#length < this.#limits.maxLength ? apply(operator, values) : -1;
  }
}

/**
 * The value of an expression.
 *
 * @returns the digit, or undefined if the tokens are not one whole expression.
 */
export function evaluate(tokens: Uint8Array): number | undefined {
  const open: { readonly operator: number; readonly values: number[] }[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token >= MIN && token <= SM) {
      open.push({ operator: token, values: [] });
      continue;
    }
    const list = token === CLOSE ? open.pop() : undefined;
    if (token === CLOSE && (list === undefined || list.values.length === 0)) return undefined;
    const value = list === undefined ? token : apply(list.operator, list.values);
    const parent = open.at(-1);
    if (parent === undefined) return i === tokens.length - 1 ? value : undefined;
    parent.values.push(value);
  }
  return undefined;
}

/** The form of the LRA release, with a pair of parentheses around each two neighbours: ( ( ( [MAX 9 ) 9 ) ] ). */
export function toSource(tokens: Uint8Array): string {
  let at = 0;
  const node = (): string => {
    const token = tokens[at++];
    if (token < MIN) return SYMBOLS[token];
    let text = SYMBOLS[token];
    for (;;) {
      const closing = tokens[at] === CLOSE;
      text = `( ${text} ${closing ? SYMBOLS[CLOSE] : node()} )`;
      if (closing) {
        at++;
        return text;
      }
    }
  };
  return node();
}
