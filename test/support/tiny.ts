/** Over the preset of ListOps: a run of 24 steps of short expressions that even the reference takes in a second. */
export const tinyListops: Readonly<Record<string, unknown>> = {
  depth: 1,
  dModel: 4,
  dState: 4,
  nSsm: 4,
  dropout: 0.1,
  batchSize: 8,
  warmup: 2,
  steps: 24,
  logEvery: 5,
  evaluateEvery: 7,
  train: 96,
  validation: 20,
  test: 30,
  minLength: 4,
  maxLength: 24,
  buckets: [12, 24],
};
