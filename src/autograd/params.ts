/** One array of a model. A model is a tree of plain objects and arrays whose leaves are these. */
export interface Param<V> {
  readonly value: V;
  /** Learning rate of its own; the optimiser's where left out. 0: state, which no gradient is computed for. */
  readonly lr?: number | undefined;
  /** Whether weight decay applies; true where left out. */
  readonly decay?: boolean | undefined;
}

/** A tree of the same form with R in the place of every {@link Param}. */
export type Mapped<Tree, R> = Tree extends { readonly value: unknown }
  ? R
  : { readonly [K in keyof Tree]: Mapped<Tree[K], R> };

/** The {@link Param}s that a tree holds carry this type of value. */
export type ValueOf<Tree> = Tree extends { readonly value: infer V } ? V : ValueOf<Tree[keyof Tree]>;

/**
 * Apply `leaf` to every parameter of a tree, in the order of its keys.
 *
 * @param leaf - called with the parameter and its path, such as `blocks.3.mixer.invDt`.
 * @param path - put in front of every path.
 */
export function mapParams<Tree extends object, R>(
  tree: Tree,
  leaf: (param: Param<ValueOf<Tree>>, path: string) => R,
  path = '',
): Mapped<Tree, R> {
  const visit = (node: unknown, at: string): unknown => {
    if (Array.isArray(node)) return node.map((child, i) => visit(child, join(at, i)));
    if (isParam(node)) return leaf(node as Param<ValueOf<Tree>>, at);
    const entries = Object.entries(node as Record<string, unknown>);
    return Object.fromEntries(entries.map(([key, child]) => [key, visit(child, join(at, key))]));
  };
  return visit(tree, path) as Mapped<Tree, R>;
}

function join(path: string, key: string | number): string {
  return path === '' ? `${key}` : `${path}.${key}`;
}

function isParam(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'value' in node;
}

/** The parameters of a tree by path, in order. */
export function namedParams<Tree extends object>(tree: Tree): Map<string, Param<ValueOf<Tree>>> {
  const named = new Map<string, Param<ValueOf<Tree>>>();
  mapParams(tree, (param, path) => named.set(path, param));
  return named;
}
