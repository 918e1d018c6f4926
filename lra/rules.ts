import { type Column, TRANSFORMER_PARAMETERS } from './published.js';
import type { Result } from './result.js';

/** Whether a run keeps one rule of the benchmark. */
export interface RuleCheck {
  readonly rule: string;
  readonly kept: boolean;
  /** How it is kept or broken. */
  readonly how: string;
}

/**
 * Compare a run with the rules of the LRA paper and of its repository's like-for-like track: the benchmark's data
 * and splits, its input, no more than 1.1 times the base Transformer's parameters, no pretraining.
 */
export function checkRules(result: Pick<Result, 'task' | 'parameters' | 'data'>): RuleCheck[] {
  const { task, parameters, data } = result;
  const base = TRANSFORMER_PARAMETERS[task as Column];
  const checks: RuleCheck[] = [
    {
      rule: "the benchmark's sizes",
      kept: data.differences.length === 0,
      how: data.differences.length === 0 ? describeCounts(data.count) : data.differences.join('; '),
    },
    { rule: "the benchmark's examples and splits", kept: data.benchmark, how: data.source },
    task === 'image'
      ? { rule: 'pixels as tokens', kept: false, how: 'pixels are numbers, as in all work since S4' }
      : { rule: "the benchmark's tokens", kept: true, how: 'one token a symbol, parentheses dropped' },
  ];
  if (base !== undefined) {
    const ratio = parameters / base;
    checks.push({
      rule: 'at most 1.1 times the parameters of the base Transformer',
      kept: ratio <= 1.1,
      how: `${parameters} of ${base}, ${Number(ratio.toPrecision(2))} times`,
    });
  }
  checks.push({
    rule: 'no pretraining and no other data',
    kept: true,
    how: 'random initialisation, training split only',
  });
  return checks;
}

function describeCounts({ train, validation, test }: Result['data']['count']): string {
  return `${train} training, ${validation} validation, ${test} test examples`;
}
