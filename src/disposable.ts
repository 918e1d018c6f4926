/**
 * @file The keys under which `using` and `await using` look for a disposer. Browsers without explicit resource
 * management lack the symbols; the helpers that compilers emit for `using` then look for these registered ones.
 */
export const dispose: typeof Symbol.dispose =
  Symbol.dispose ?? (Symbol.for('Symbol.dispose') as typeof Symbol.dispose);
export const asyncDispose: typeof Symbol.asyncDispose =
  Symbol.asyncDispose ?? (Symbol.for('Symbol.asyncDispose') as typeof Symbol.asyncDispose);
