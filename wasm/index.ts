// The exports of the module. Every kernel is kernel(from, to, scratch, ...args) over a range of items.

/** First address that the module itself does not use. */
export function heapBase(): usize {
  return __heap_base;
}

export * from './batch-norm';
export * from './butterfly';
export * from './complex-product';
export * from './cross-entropy';
export * from './elementwise';
export * from './embedding';
export * from './gelu';
export * from './glu';
export * from './kernels';
export * from './layer-norm';
export * from './longconv';
export * from './monarch';
export * from './longconv-vjp';
export * from './longconv-sparse';
export { keepBins } from './longconv-kernels';
export * from './optim';
export * from './pool';
export * from './rfft';
export * from './s4';
export * from './s4-step';
export * from './s4d';
export * from './s4d-state';
export * from './s4d-step';
export * from './sgconv';
export * from './transpose';
export { matmul } from './matmul';
export { sumParts, sumRows } from './sums';
