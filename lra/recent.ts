/** One step, for the means that a progress display shows. */
interface Sample {
  readonly loss: number;
  readonly correct: number;
  readonly examples: number;
  readonly seconds: number;
}

const WINDOW = 50;

/** Means over the last 50 steps. */
export class Recent {
  readonly #samples: Sample[] = [];

  add(sample: Sample): void {
    this.#samples.push(sample);
    if (this.#samples.length > WINDOW) this.#samples.shift();
  }

  means(): { loss: number; accuracy: number; samplesPerSecond: number; secondsPerStep: number } {
    const sum = (key: keyof Sample): number => this.#samples.reduce((total, sample) => total + sample[key], 0);
    const [seconds, examples, n] = [sum('seconds'), sum('examples'), this.#samples.length];
    return {
      loss: sum('loss') / n,
      accuracy: sum('correct') / examples,
      samplesPerSecond: examples / seconds,
      secondsPerStep: seconds / n,
    };
  }
}
