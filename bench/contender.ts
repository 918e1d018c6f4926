/** @file What is timed: one implementation of one operation. */

/** A size at which an operation is timed. */
export interface BenchCase {
  /** For example '1x64x1024'. */
  readonly label: string;
  /** Bytes that a perfect implementation moves: inputs once, outputs once. */
  readonly bytes: number;
  readonly flops: number;
}

/** A contender made ready for one case: inputs are in place. */
export interface Prepared extends AsyncDisposable {
  /** Do the operation once; a promise is awaited. */
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
  contenders(options: BenchOptions): Promise<readonly Contender<C>[]>;
  /** The right result in f64, where there is one to compare with. */
  expected?(size: C): Float64Array;
  /** Largest allowed error (largest difference over RMS of the result) of our own contenders. */
  readonly bound: number;
}

export interface BenchOptions {
  readonly backends: readonly ('wasm' | 'webgpu')[];
  readonly threads: readonly number[];
  readonly peers: boolean;
}

/** One line of the result. */
export interface Row {
  readonly bench: string;
  readonly case: string;
  readonly name: string;
  readonly device: string;
  readonly peer: boolean;
  /** 'wrong' where the error exceeds {@link WRONG}; 'failed' where it threw. */
  readonly status: 'ok' | 'wrong' | 'failed';
  readonly note?: string;
  readonly samples?: number;
  /** Milliseconds of one operation. */
  readonly median?: number;
  readonly p20?: number;
  readonly p80?: number;
  readonly error?: number;
  readonly gflops?: number;
  readonly gbs?: number;
  /** Share of the device's own matmul rate, and of its copy bandwidth, both measured in this run. */
  readonly shareOfPeak?: number;
  readonly shareOfCopy?: number;
}

/** Above this a result has lost most of its digits. */
export const WRONG = 1e-3;
