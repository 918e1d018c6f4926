import { SingleBar } from 'cli-progress';

/** What a progress display shows. */
export interface ProgressState {
  readonly step: number;
  readonly epoch: number;
  /** Means over the last steps. */
  readonly loss: number;
  readonly accuracy: number;
  readonly samplesPerSecond: number;
  /** Seconds. */
  readonly left: number;
}

export interface Progress {
  update(state: ProgressState): void;
  /** Show a line of text and go on. */
  line(text: string): void;
  stop(): void;
}

export type Output = Pick<NodeJS.WriteStream, 'write'> & { readonly isTTY?: boolean };

/** Seconds between two lines where there is no terminal. */
const LINE_EVERY = 10;

/** A bar on a terminal; elsewhere a line every ten seconds. */
export function openProgress(output: Output, total: number, step: number): Progress {
  return output.isTTY === true ? bar(output, total, step) : lines(output, total);
}

function bar(output: Output, total: number, step: number): Progress {
  const single = new SingleBar({
    format: '{bar} {value}/{total} | {text}',
    stream: output as NodeJS.WriteStream,
    barsize: 16,
    clearOnComplete: true,
    barCompleteChar: '\u2588',
    barIncompleteChar: '\u2591',
    hideCursor: true,
    gracefulExit: false,
    fps: 5,
  });
  let text = 'starting';
  let last = step;
  single.start(total, step, { text });
  return {
    update(state) {
      last = state.step;
      text = describe(state);
      single.update(state.step, { text });
    },
    line(message) {
      single.stop();
      output.write(`${message}\n`);
      single.start(total, last, { text });
    },
    stop: () => single.stop(),
  };
}

function lines(output: Output, total: number): Progress {
  let next = 0;
  return {
    update(state) {
      if (Date.now() < next && state.step !== total) return;
      next = Date.now() + 1000 * LINE_EVERY;
      output.write(`step ${state.step}/${total} | ${describe(state)}\n`);
    },
    line: (text) => void output.write(`${text}\n`),
    stop: () => undefined,
  };
}

function describe({ epoch, loss, accuracy, samplesPerSecond, left }: ProgressState): string {
  return [
    `loss ${loss.toFixed(3)}`,
    `accuracy ${percent(accuracy)}`,
    `${duration(left)} left`,
    `${samplesPerSecond.toFixed(samplesPerSecond < 10 ? 1 : 0)} samples/s`,
    `epoch ${epoch.toFixed(2)}`,
  ].join(' | ');
}

/** 0.4321 as '43.2 %'. */
export function percent(share: number, digits = 1): string {
  return `${(100 * share).toFixed(digits)} %`;
}

/** Seconds as '1 h 02 min', '3 min 05 s' or '12 s'. */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  const two = (n: number): string => `${n}`.padStart(2, '0');
  if (s >= 3600) return `${Math.floor(s / 3600)} h ${two(Math.floor((s % 3600) / 60))} min`;
  return s >= 60 ? `${Math.floor(s / 60)} min ${two(s % 60)} s` : `${s} s`;
}
