import type { Row } from './contender.js';
import type { Ceiling } from './harness.js';
import { type Machine, machineLine } from './machine.js';

/** What `--json` writes. */
export interface Report {
  readonly version: string;
  readonly date: string;
  readonly machine: Machine;
  /** Per device: copy bandwidth, GB/s, and matmul rate, GFLOP/s, measured in the same run. */
  readonly ceilings: Readonly<Record<string, { readonly copyGbs: number; readonly matmulGflops: number }>>;
  readonly rows: readonly Row[];
}

export function ceilingsOf(ceilings: ReadonlyMap<string, Ceiling>): Report['ceilings'] {
  return Object.fromEntries(
    [...ceilings].map(([name, { copy, matmul }]) => [name, { copyGbs: copy / 1e9, matmulGflops: matmul / 1e9 }]),
  );
}

const HEADER = ['', 'median ms', 'p20', 'p80', 'error', 'GFLOP/s', 'GB/s', 'of matmul', 'of copy', ''];

/** One table for each case, fastest first, as markdown. */
export function table(rows: readonly Row[]): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const title = `${row.bench} ${row.case}`;
    groups.set(title, [...(groups.get(title) ?? []), row]);
  }
  return [...groups].map(([title, group]) => `### ${title}\n\n${markdown([HEADER, ...group.map(cells)])}`).join('\n\n');
}

function cells(row: Row): string[] {
  const number = (value: number | undefined): string => (value === undefined ? '' : value.toPrecision(3));
  const share = (value: number | undefined): string => (value === undefined ? '' : `${(100 * value).toFixed(0)} %`);
  const error = row.error === undefined ? '' : row.error.toExponential(1);
  const remark = row.status === 'failed' ? `failed: ${row.note}` : row.status === 'wrong' ? 'WRONG RESULT' : '';
  return [
    row.name,
    number(row.median),
    number(row.p20),
    number(row.p80),
    error,
    number(row.gflops),
    number(row.gbs),
    share(row.shareOfPeak),
    share(row.shareOfCopy),
    remark,
  ];
}

/** A markdown table whose columns line up: text to the left, numbers to the right. */
function markdown(rows: readonly (readonly string[])[]): string {
  const widths = rows[0].map((_, i) => Math.max(3, ...rows.map((row) => row[i].length)));
  const last = widths.length - 1;
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, i) => (i === 0 || i === last ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(' | ')} |`;
  const rule = `|${widths.map((w, i) => (i === 0 || i === last ? '-'.repeat(w + 2) : `${'-'.repeat(w + 1)}:`)).join('|')}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

export function ceilingLines(ceilings: Report['ceilings']): string {
  return Object.entries(ceilings)
    .map(([name, { copyGbs, matmulGflops }]) => `${name}: copies ${copyGbs.toFixed(1)} GB/s, multiplies ${matmulGflops.toFixed(1)} GFLOP/s`)
    .join('\n');
}

/** Several reports side by side, each under its machine. */
export function merged(reports: readonly Report[]): string {
  return reports
    .map(({ machine, ceilings, rows }) => `## ${machineLine(machine)}\n\n${ceilingLines(ceilings)}\n\n${table(rows)}`)
    .join('\n\n');
}
