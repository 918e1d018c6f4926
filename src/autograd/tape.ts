import type { Backend } from '../backend.js';
import { dispose } from '../disposable.js';
import { DisposedError } from '../errors.js';
import { type TensorLike, expectShape } from '../tensor.js';
import { type Mapped, type Param, mapParams } from './params.js';
import { Walk } from './walk.js';

/** Cotangents of an operation's inputs, in their order. May hold dy itself. */
export type Cotangents<T> = readonly (T | undefined)[];

/** How an operation is undone: what the tape needs to walk back over it. */
export interface Rule<T extends TensorLike> {
  readonly inputs: readonly (Var<T> | undefined)[];
  /** Variables whose values `backward` reads: they stay alive until it has run. */
  readonly keeps?: readonly (Var<T> | undefined)[] | undefined;
  /** Other tensors that only `backward` reads; the tape frees them with the rule. */
  readonly owns?: readonly T[] | undefined;
  /** From the cotangent of the result to fresh cotangents of the inputs, or dy itself. */
  readonly backward: (dy: T) => Cotangents<T>;
}

/** A tensor on a {@link Tape}. `using` it says that the caller is done with it at the end of the block. */
export class Var<T extends TensorLike> implements Disposable {
  readonly tape: Tape<T>;
  /** Whether a parameter has a part in it. */
  readonly needsGradient: boolean;
  readonly #value: T;

  constructor(tape: Tape<T>, value: T, needsGradient: boolean) {
    this.tape = tape;
    this.needsGradient = needsGradient;
    this.#value = value;
  }

  /** @throws {@link DisposedError} if the tape has freed it. */
  get value(): T {
    if (this.#value.disposed) {
      throw new DisposedError(`Var.value: [${this.#value.shape}] has been freed by its tape`, this.#value.shape);
    }
    return this.#value;
  }

  get shape(): readonly number[] {
    return this.#value.shape;
  }

  /** Tell the tape that no further operation uses this value: it is freed as soon as no gradient needs it. */
  [dispose](): void {
    this.tape.release(this);
  }
}

interface Node<T extends TensorLike> extends Rule<T> {
  readonly output: Var<T>;
}

/** Who still wants a value that the tape made: the caller, and rules that have not run. */
interface Claim {
  held: boolean;
  rules: number;
}

/**
 * A record of operations that can be walked back once, for gradients of first order.
 *
 * The tape owns the results of its operations and the gradients; disposing it frees all that is left. A value is freed
 * before that when its {@link Var} has been disposed and no gradient still to come reads it. Nothing is recorded for
 * operations that no parameter has a part in, so a tape of {@link Tape.constants} evaluates a model without
 * keeping what a gradient would need.
 *
 * @example
 * ```ts
 * using tape = new Tape(backend);
 * const loss = crossEntropy(classifier(tape.params(params), config, tape.input(x)), labels);
 * adamw.step(backend, params, tape.gradients(loss), state, { lr: 1e-3 });
 * ```
 */
export class Tape<T extends TensorLike> implements Disposable {
  readonly backend: Backend<T>;
  readonly #nodes: Node<T>[] = [];
  readonly #claims = new Map<Var<T>, Claim>();
  readonly #paths = new Map<Var<T>, string>();
  readonly #gradients = new Map<string, T>();
  #spent = false;

  constructor(backend: Backend<T>) {
    this.backend = backend;
  }

  /** A variable of a tensor that the caller owns and no gradient is asked for. */
  input(value: T): Var<T> {
    return new Var(this, value, false);
  }

  /** A variable of a tensor that the tape takes over, with no gradient. */
  own(value: T): Var<T> {
    return this.record(value, { inputs: [], backward: () => [] });
  }

  /** Variables of a tree of parameters that the caller owns. Those with lr = 0 are state and get no gradient. */
  params<Tree extends object>(tree: Tree): Mapped<Tree, Var<T>> {
    return mapParams(tree, (param, path) => {
      const { value, lr } = param as Param<T>;
      const leaf = new Var(this, value, lr !== 0);
      if (lr !== 0) this.#paths.set(leaf, path);
      return leaf;
    });
  }

  /** The same variables, with no gradient asked for: for evaluation. */
  constants<Tree extends object>(tree: Tree): Mapped<Tree, Var<T>> {
    return mapParams(tree, (param) => this.input(param.value as T));
  }

  /** Add the result of an operation. The tape owns `value` and what the rule owns. */
  record(value: T, rule: Rule<T>): Var<T> {
    const output = new Var(this, value, rule.inputs.some((input) => input?.needsGradient === true));
    this.#claims.set(output, { held: true, rules: 0 });
    if (!output.needsGradient) {
      for (const tensor of rule.owns ?? []) tensor.dispose();
      return output;
    }
    this.#nodes.push({ ...rule, output });
    for (const kept of rule.keeps ?? []) {
      const claim = kept && this.#claims.get(kept);
      if (claim) claim.rules++;
    }
    return output;
  }

  /** Give up the caller's hold on a variable; see {@link Var}. Parameters and inputs stay the caller's. */
  release(variable: Var<T>): void {
    const claim = this.#claims.get(variable);
    if (!claim) return;
    claim.held = false;
    this.#freeUnclaimed(variable, claim);
  }

  /**
   * Take a result out of the tape.
   *
   * @returns its tensor, which the caller now disposes.
   * @throws {@link DisposedError} if it has been freed.
   */
  take(variable: Var<T>): T {
    const { value } = variable;
    if (!this.#claims.delete(variable)) throw new TypeError(`Tape.take: [${value.shape}] is not owned by the tape`);
    return value;
  }

  /**
   * The gradients of a scalar, or the cotangents that follow from the cotangent of any result.
   *
   * Values are freed while the walk proceeds. A tape can be walked once.
   *
   * @param y - what to differentiate, [1] where dy is left out.
   * @param dy - cotangent of y, which stays the caller's; 1 where left out. A captured step gives it, because a
   *   tensor written by the host inside the step would not be written again.
   * @returns gradients by the path of the parameter, owned by the tape; parameters without a part in y are missing.
   */
  gradients(y: Var<T>, dy?: T): ReadonlyMap<string, T> {
    if (this.#spent) throw new TypeError('Tape.gradients: the tape has been walked already');
    const name = 'Tape.gradients';
    if (dy === undefined) expectShape(name, 'y', y.shape, [1], 'for a gradient without a given dy');
    else expectShape(name, 'dy', dy.shape, y.shape, 'to match y');
    this.#spent = true;
    using one = dy === undefined ? this.backend.tensor([1], [1]) : undefined;
    using walk = new Walk(this.backend);
    walk.start(y, (dy ?? one) as T);
    for (let node = this.#nodes.pop(); node !== undefined; node = this.#nodes.pop()) {
      const cotangent = walk.collect(node.output);
      if (cotangent !== undefined) walk.spread(node.inputs, node.backward(cotangent), cotangent);
      this.#retire(node);
    }
    for (const [leaf, path] of this.#paths) {
      const gradient = walk.collect(leaf);
      if (gradient !== undefined) this.#gradients.set(path, walk.own(gradient));
    }
    return this.#gradients;
  }

  [dispose](): void {
    for (const { owns } of this.#nodes) for (const tensor of owns ?? []) tensor.dispose();
    for (const [variable] of this.#claims) variable.value.dispose();
    for (const gradient of this.#gradients.values()) gradient.dispose();
    this.#nodes.length = 0;
    this.#claims.clear();
    this.#gradients.clear();
  }

  /** The rule has run or never will: give up what it kept. */
  #retire({ keeps, owns }: Node<T>): void {
    for (const tensor of owns ?? []) tensor.dispose();
    for (const kept of keeps ?? []) {
      const claim = kept && this.#claims.get(kept);
      if (!claim) continue;
      claim.rules--;
      this.#freeUnclaimed(kept as Var<T>, claim);
    }
  }

  #freeUnclaimed(variable: Var<T>, claim: Claim): void {
    if (claim.held || claim.rules > 0) return;
    variable.value.dispose();
    this.#claims.delete(variable);
  }
}
