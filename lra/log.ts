import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { DataError } from '../src/errors.js';
import { writeAtomic } from './files.js';

/** What happened on the training split since the entry before. */
export interface TrainEntry {
  readonly kind: 'train';
  /** Steps done. */
  readonly step: number;
  readonly epoch: number;
  /** Means over the interval. */
  readonly loss: number;
  readonly accuracy: number;
  /** The base learning rate of the last step. */
  readonly lr: number;
  /** Since the start of the run, interruptions left out. */
  readonly seconds: number;
}

/** An evaluation of the model as it is after `step` steps. */
export interface EvaluationEntry {
  readonly kind: 'evaluation';
  readonly step: number;
  readonly epoch: number;
  readonly split: 'validation';
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
}

export type LogEntry = TrainEntry | EvaluationEntry;

/** The entries of a log.jsonl; what a killed process left of its last line is passed over. */
export function readLog(path: string): LogEntry[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n');
  lines.pop();
  return lines.map((line, i) => {
    try {
      return JSON.parse(line) as LogEntry;
    } catch {
      throw new DataError(`${path}: line ${i + 1} is not JSON`, path);
    }
  });
}

/**
 * Drop what came after a checkpoint, which the steps to come will write again.
 *
 * @param at - the checkpoint's step, and the step of the last evaluation that it knows of.
 * @returns the entries that stay.
 */
export function truncateLog(path: string, at: { readonly step: number; readonly evaluated: number }): LogEntry[] {
  const kept = readLog(path).filter(({ kind, step }) => step <= (kind === 'evaluation' ? at.evaluated : at.step));
  writeAtomic(path, kept.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  return kept;
}

export function appendLog(path: string, entry: LogEntry): void {
  appendFileSync(path, `${JSON.stringify(entry)}\n`);
}
