/** @file What is timed: one implementation of one operation. */
import type { Device } from './devices.js';

/** A size at which an operation is timed. */
export interface BenchCase {
  /** For example '1x64x1024'. */
  readonly label: string;
  readonly flops: number;
  /** Bytes that a perfect implementation moves: inputs once, outputs once. */
  readonly bytes?: number | undefined;
}

/** A contender made ready for one case: inputs are in place. */
export interface Prepared extends AsyncDisposable {
  /** Do the operation once, or put it in the device's queue; a promise is awaited. */
  run(): unknown;
  /** Wait until all that has been run is done. */
  finish(): Promise<void>;
  /** The result of the last run. */
  read(): Promise<ArrayLike<number>>;
}

export interface Contender<C extends BenchCase> {
  readonly name: string;
  /** The device it shares with others, whose copy bandwidth and matmul rate it is measured against. */
  readonly device: string;
  /** Another library. */
  readonly peer: boolean;
  /** @throws to say that it cannot do this case; the message is shown. */
  prepare(size: C): Promise<Prepared>;
}

/** An operation, its sizes, its contenders and what is right. */
export interface Benchmark<C extends BenchCase> {
  readonly name: string;
  readonly cases: readonly C[];
  contenders(devices: readonly Device[], options: BenchOptions): Promise<readonly Contender<C>[]>;
  /** The right result in f64, where there is one to compare with. */
  expected?(size: C): Float64Array;
  /** Largest allowed error of our own contenders: RMS of the difference over RMS of the result. */
  bound?(size: C): number;
}

export interface BenchOptions {
  readonly backends: readonly ('wasm' | 'webgpu')[];
  /** Numbers of CPU threads. */
  readonly threads: readonly number[];
  /** Of the CPU: with fused multiply-add where the engine has it, or without. */
  readonly simd: 'best' | 'baseline';
  readonly peers: boolean;
}

/** One line of the result. */
export interface Row {
  readonly bench: string;
  readonly case: string;
  readonly name: string;
  readonly device: string;
  readonly peer: boolean;
  /** 'wrong' where the error exceeds {@link WRONG}, or the bound of our own; 'failed' where it threw. */
  readonly status: 'ok' | 'wrong' | 'failed';
  /** Why, unless it is ok. */
  readonly note?: string | undefined;
  readonly samples?: number | undefined;
  /** Milliseconds of one operation. */
  readonly median?: number | undefined;
  readonly p20?: number | undefined;
  readonly p80?: number | undefined;
  /** RMS of the difference over RMS of the result. */
  readonly error?: number | undefined;
  readonly gflops?: number | undefined;
  readonly gbs?: number | undefined;
  /** Share of the device's own matmul rate, and of its copy bandwidth, both measured in this run. */
  readonly shareOfPeak?: number | undefined;
  readonly shareOfCopy?: number | undefined;
}

/** Above this a result has lost most of its digits. */
export const WRONG = 1e-3;
