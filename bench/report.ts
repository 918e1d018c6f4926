import type { Ceiling } from './ceilings.js';
import type { Row } from './contender.js';
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

/** @throws if the text is not what `--json` writes. */
export function parseReport(text: string): Report {
  const wrong = 'not a file written by longwave-bench --json';
  let value: Partial<Report> | null;
  try {
    value = JSON.parse(text) as Partial<Report> | null;
  } catch (cause) {
    throw new Error(wrong, { cause });
  }
  if (!value?.machine || !value.ceilings || !Array.isArray(value.rows)) throw new Error(wrong);
  return value as Report;
}

const HEADER = ['', 'median ms', 'p20', 'p80', 'error', 'GFLOP/s', 'GB/s', 'of matmul', 'of copy', ''];

/** One table for each case, in the order of the rows, as markdown. */
export function table(rows: readonly Row[]): string {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const title = `${row.bench} ${row.case}`;
    groups.set(title, [...(groups.get(title) ?? []), row]);
  }
  return [...groups].map(([title, group]) => `### ${title}\n\n${markdown(filled(group.map(cells)))}`).join('\n\n');
}

/** The rows under the header, without columns that are empty in all of them. */
function filled(rows: readonly (readonly string[])[]): string[][] {
  const used = HEADER.map((_, i) => i === 0 || rows.some((row) => row[i] !== ''));
  return [HEADER, ...rows].map((row) => row.filter((_, i) => used[i]));
}

function cells(row: Row): string[] {
  const number = (value: number | undefined): string => (value === undefined ? '' : rounded(value));
  const share = (value: number | undefined): string => (value === undefined ? '' : `${(100 * value).toFixed(0)} %`);
  const error = row.error === undefined ? '' : row.error.toExponential(1);
  const remark = { ok: '', wrong: `WRONG RESULT: ${row.note}`, failed: `failed: ${row.note}` }[row.status];
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

/** Three digits, without an exponent. */
function rounded(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(Math.min(6, 2 - Math.floor(Math.log10(value))));
}

/** A markdown table whose columns line up: those without a title to the left, the others to the right. */
function markdown(rows: readonly (readonly string[])[]): string {
  const header = rows[0];
  const widths = header.map((_, i) => Math.max(3, ...rows.map((row) => row[i].length)));
  const aligned = (cell: string, i: number): string =>
    header[i] === '' ? cell.padEnd(widths[i]) : cell.padStart(widths[i]);
  const line = (row: readonly string[]): string => `| ${row.map(aligned).join(' | ')} |`;
  const rule = `|${widths.map((w, i) => (header[i] === '' ? '-'.repeat(w + 2) : `${'-'.repeat(w + 1)}:`)).join('|')}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)].join('\n');
}

export function ceilingLines(ceilings: Report['ceilings']): string {
  return Object.entries(ceilings)
    .map(([name, { copyGbs, matmulGflops }]) => [name, rounded(copyGbs), rounded(matmulGflops)])
    .map(([name, copy, matmul]) => `${name}: copy ${copy} GB/s, matmul ${matmul} GFLOP/s`)
    .join('\n');
}

/** Several reports side by side, each under its machine. */
export function merged(reports: readonly Report[]): string {
  return reports
    .map(({ version, date, machine, ceilings, rows }) =>
      [`## ${machineLine(machine)}`, `longwave ${version}, ${date}`, ceilingLines(ceilings), table(rows)].join('\n\n'),
    )
    .join('\n\n');
}
