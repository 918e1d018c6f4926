import type { Backend } from '../backend.js';
import { dispose } from '../disposable.js';
import type { TensorLike } from '../tensor.js';
import type { Cotangents, Var } from './tape.js';

/**
 * The cotangents of one walk back over a tape. Rules may hand on the cotangent they were given, so one tensor can be
 * the cotangent of several variables: uses are counted and the last one frees it.
 */
export class Walk<T extends TensorLike> implements Disposable {
  readonly #backend: Backend<T>;
  readonly #cotangents = new Map<Var<T>, T>();
  readonly #uses = new Map<T, number>();
  #given: T | undefined;

  constructor(backend: Backend<T>) {
    this.#backend = backend;
  }

  /** Start at y with the caller's tensor, which is never freed here. */
  start(y: Var<T>, dy: T): void {
    this.#given = dy;
    this.#hold(dy);
    this.#hold(dy);
    this.#give(y, dy);
  }

  /** The complete cotangent of a variable, in use until it is spread or owned. */
  collect(variable: Var<T>): T | undefined {
    const cotangent = this.#cotangents.get(variable);
    this.#cotangents.delete(variable);
    return cotangent;
  }

  /** Add what a rule made of `dy` to its inputs' cotangents and end the use of dy. */
  spread(inputs: readonly (Var<T> | undefined)[], cotangents: Cotangents<T>, dy: T): void {
    for (const cotangent of cotangents) if (cotangent !== undefined) this.#hold(cotangent);
    cotangents.forEach((cotangent, i) => {
      const input = inputs[i];
      if (cotangent === undefined) return;
      if (input?.needsGradient === true) this.#give(input, cotangent);
      else this.#drop(cotangent);
    });
    this.#drop(dy);
  }

  /** A collected cotangent as a tensor that nothing else uses, which is the caller's from now on. */
  own(cotangent: T): T {
    if (this.#uses.get(cotangent) === 1) {
      this.#uses.delete(cotangent);
      return cotangent;
    }
    const copy = this.#backend.scale(cotangent, 1);
    this.#drop(cotangent);
    return copy;
  }

  /** Free what a walk that did not come to its end still holds. */
  [dispose](): void {
    for (const cotangent of this.#uses.keys()) if (cotangent !== this.#given) cotangent.dispose();
    this.#uses.clear();
    this.#cotangents.clear();
  }

  /** Takes over one use of `cotangent`. */
  #give(variable: Var<T>, cotangent: T): void {
    const before = this.#cotangents.get(variable);
    if (before === undefined) {
      this.#cotangents.set(variable, cotangent);
      return;
    }
    const sum = this.#backend.add(before, cotangent);
    this.#hold(sum);
    this.#cotangents.set(variable, sum);
    this.#drop(before);
    this.#drop(cotangent);
  }

  #hold(cotangent: T): void {
    this.#uses.set(cotangent, (this.#uses.get(cotangent) ?? 0) + 1);
  }

  #drop(cotangent: T): void {
    const uses = (this.#uses.get(cotangent) as number) - 1;
    this.#uses.set(cotangent, uses);
    if (uses > 0) return;
    this.#uses.delete(cotangent);
    cotangent.dispose();
  }
}
