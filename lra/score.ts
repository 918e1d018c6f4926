/** @file The leaderboard: results beside the published ones. */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './errors.js';
import { duration } from './progress.js';
import { COLUMNS, LATER, LRA_PAPER, type PublishedRow, averageOfFive, averageOfSix } from './published.js';
import { type Result, readResult } from './result.js';
import { type RuleCheck, checkRules } from './rules.js';
import { runFiles } from './run.js';

/** A row of the leaderboard; a score is undefined where a task was not run. */
export interface Row {
  readonly model: string;
  readonly scores: readonly (number | null | undefined)[];
  readonly averageOfFive: number | undefined;
  readonly averageOfSix: number | undefined;
  readonly source: string;
  readonly own: boolean;
}

/**
 * Read results.
 *
 * @param paths - run folders or result files; without any, every finished run under runs/.
 * @throws {@link UsageError} if there are none, DataError as {@link readResult}.
 */
export function collectResults(paths: readonly string[]): { path: string; result: Result }[] {
  const files = paths.length > 0 ? paths.map(resultFile) : finishedRuns();
  if (files.length === 0) {
    throw new UsageError('there is no finished run under runs/; name a run folder or a result file');
  }
  return files.map((path) => ({ path, result: readResult(path) }));
}

function resultFile(path: string): string {
  return existsSync(path) && statSync(path).isDirectory() ? runFiles(path).result : path;
}

function finishedRuns(): string[] {
  if (!existsSync('runs')) return [];
  return readdirSync('runs')
    .sort()
    .map((name) => runFiles(join('runs', name)).result)
    .filter((path) => existsSync(path));
}

/** Results of the same variant of a model on different tasks form one row; a second result on a task begins another. */
export function toRows(results: readonly { path: string; result: Result }[]): Row[] {
  const groups: { name: string; cells: Map<string, { path: string; result: Result }> }[] = [];
  for (const entry of results) {
    const { task, preset } = entry.result;
    const name = preset.replace(`${task}-`, '');
    let group = groups.find((candidate) => candidate.name === name && !candidate.cells.has(task));
    if (group === undefined) groups.push((group = { name, cells: new Map() }));
    group.cells.set(task, entry);
  }
  return groups.map(({ name, cells }) => {
    const scores = COLUMNS.map((column) => {
      const accuracy = cells.get(column)?.result.accuracy.test;
      return accuracy === undefined ? undefined : 100 * accuracy;
    });
    const other = [...cells.values()].some(({ result }) => result.data.differences.length > 0);
    return toRow(
      `longwave ${name}${other ? ' (not LRA sizes)' : ''}`,
      scores,
      [...cells.values()].map(({ path }) => path).join(', '),
      true,
    );
  });
}

function toRow(model: string, scores: Row['scores'], source: string, own: boolean): Row {
  return { model, scores, averageOfFive: averageOfFive(scores), averageOfSix: averageOfSix(scores), source, own };
}

/** Own rows among the published ones, sorted by the first task that was run, best first. */
export function leaderboard(own: readonly Row[]): Row[] {
  const published = [...LRA_PAPER, ...LATER].map(({ model, scores, source }: PublishedRow) =>
    toRow(model, scores, source, false),
  );
  const column = Math.max(
    0,
    COLUMNS.findIndex((_, i) => own.some((row) => row.scores[i] !== undefined)),
  );
  const key = (row: Row): number => row.scores[column] ?? -1;
  return [...published, ...own].sort((a, b) => key(b) - key(a));
}

const HEADER = ['model', 'ListOps', 'Text', 'Retrieval', 'Image', 'Pathfinder', 'Path-X', 'A5', 'A6'];

function cells(row: Row): string[] {
  const show = (score: number | null | undefined): string => (score === null ? 'x' : (score?.toFixed(2) ?? '-'));
  return [row.own ? `> ${row.model}` : row.model, ...[...row.scores, row.averageOfFive, row.averageOfSix].map(show)];
}

const LEGEND = [
  'Test accuracy in percent. "-" not run or not reported, "x" at chance.',
  'A5: mean of the first five tasks, as in the LRA paper. A6: mean of all six, Path-X at chance counted as 50, as in',
  'the S4 papers. Neither is given for a row that lacks a task.',
];

/** The leaderboard as text in columns. */
export function formatTable(rows: readonly Row[]): string {
  const table = [HEADER, ...rows.map(cells)];
  const widths = HEADER.map((_, i) => Math.max(...table.map((line) => line[i].length)));
  const lines = table.map((line) =>
    line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
  );
  return [lines[0], '-'.repeat(lines[0].length), ...lines.slice(1), '', ...LEGEND].join('\n');
}

/** The same in markdown, with sources. */
export function formatMarkdown(rows: readonly Row[]): string {
  const line = (items: readonly string[]): string => `| ${items.join(' | ')} |`;
  const body = rows.map((row) => {
    const [model, ...scores] = cells(row);
    return line([row.own ? `**${row.model}**` : model, ...scores, row.source]);
  });
  const ruler = ['---', ...HEADER.slice(1).map(() => '---:'), '---'];
  return [line([...HEADER, 'source']), line(ruler), ...body, '', ...LEGEND].join('\n');
}

/** What one run is, how it fares against ignoring the input, and which rules it keeps. */
export function formatRun({ path, result }: { path: string; result: Result }): string {
  const { task, preset, seed, accuracy, majority, data } = result;
  const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
  const rules = checkRules(result);
  const verdict = rules.every(({ kept }) => kept)
    ? 'Comparable like for like.'
    : data.differences.length > 0
      ? "Not LRA's sizes: not comparable with the published rows."
      : 'Free-for-all track: compare with S4 and later models, not like for like with the Transformers.';
  return [
    `${path}`,
    `  ${task}, preset ${preset}, seed ${seed}`,
    `  test accuracy ${percent(accuracy.test)}, validation ${percent(accuracy.validation)}`,
    `  always answering ${majority.label} (majority class of the test split): ${percent(majority.share)}`,
    `  ${result.parameters} parameters, ${result.steps} steps, ${result.epochs.toFixed(2)} epochs`,
    `  ${duration(result.seconds)} on ${result.device}`,
    `  data: ${data.source}`,
    ...rules.map(({ rule, kept, how }) => `  ${kept ? 'keeps ' : 'BREAKS'}  ${rule}: ${how}`),
    `  ${verdict}`,
  ].join('\n');
}

/** Everything about some results, for programs. */
export function toJson(results: readonly { path: string; result: Result }[]): {
  leaderboard: Row[];
  runs: { path: string; result: Result; rules: RuleCheck[] }[];
} {
  return {
    leaderboard: leaderboard(toRows(results)),
    runs: results.map(({ path, result }) => ({ path, result, rules: checkRules(result) })),
  };
}
