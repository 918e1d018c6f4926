/** @file Published results on the Long Range Arena, test accuracy in percent. */

/** The columns of the benchmark, in its order. */
export const COLUMNS = ['listops', 'text', 'retrieval', 'image', 'pathfinder', 'path-x'] as const;

export type Column = (typeof COLUMNS)[number];

/** A row of a table: a number for each column; null where the model stayed at chance, undefined if not reported. */
export interface PublishedRow {
  readonly model: string;
  readonly scores: readonly (number | null | undefined)[];
  readonly source: string;
}

const LRA = 'Tay et al., arXiv:2011.04006, table 1';
const README = 'github.com/google-research/long-range-arena, README';
const MEGA = 'Ma et al., arXiv:2209.10655, table 2';
const S4D = 'Gu et al., arXiv:2206.11893';
const QUOTED = 'as quoted in the tables of later papers';

const row = (model: string, source: string, ...scores: (number | null | undefined)[]): PublishedRow => ({
  model,
  scores,
  source,
});

/** Models of the benchmark's own paper. */
export const LRA_PAPER: readonly PublishedRow[] = [
  row('Transformer', LRA, 36.37, 64.27, 57.46, 42.44, 71.4, null),
  row('Local Attention', LRA, 15.82, 52.98, 53.39, 41.46, 66.63, null),
  row('Sparse Transformer', LRA, 17.07, 63.58, 59.59, 44.24, 71.71, null),
  row('Longformer', LRA, 35.63, 62.85, 56.89, 42.22, 69.71, null),
  row('Linformer', LRA, 35.7, 53.94, 52.27, 38.56, 76.34, null),
  row('Reformer', LRA, 37.27, 56.1, 53.4, 38.07, 68.5, null),
  row('Sinkhorn Transformer', LRA, 33.67, 61.2, 53.83, 41.23, 67.45, null),
  row('Synthesizer', LRA, 36.99, 61.68, 54.67, 41.61, 69.45, null),
  row('BigBird', LRA, 36.05, 64.02, 59.29, 40.83, 74.87, null),
  row('Linear Transformer', LRA, 16.13, 65.9, 53.09, 42.34, 75.3, null),
  row('Performer', LRA, 18.01, 65.4, 53.82, 42.77, 77.05, null),
];

/** Models since then: attention, state spaces and long convolutions. */
export const LATER: readonly PublishedRow[] = [
  row('IGLOO', README, 39.23, 82, 75.5, 47, 67.5, undefined),
  row('TLB', README, 37.05, 81.88, 76.91, 57.51, 79.06, null),
  row('Nyströmformer', QUOTED, 37.15, 65.52, 79.56, 41.58, 70.94, null),
  row('FNet', QUOTED, 35.33, 65.11, 59.61, 38.67, 77.8, null),
  row('Luna-256', MEGA, 37.98, 65.78, 79.56, 47.86, 78.55, null),
  row('H-Transformer-1D', QUOTED, 49.53, 78.69, 63.99, 46.05, 68.78, null),
  row('cosFormer', QUOTED, 36.5, 67.7, 83.15, 51.23, 71.96, undefined),
  row('S4 (original)', MEGA, 58.35, 76.02, 87.09, 87.26, 86.05, 88.1),
  row('S4 v2 (LegS)', MEGA, 59.6, 86.82, 90.9, 88.65, 94.2, 96.35),
  row('DSS-exp', QUOTED, 59.7, 84.6, 87.6, 84.9, 84.7, 85.6),
  row('DSS-softmax', QUOTED, 60.6, 84.8, 87.8, 85.7, 84.6, 87.8),
  row('S4D-LegS', S4D, 60.47, 86.18, 89.46, 88.19, 93.06, 91.95),
  row('S4D-Inv', S4D, 60.18, 87.34, 91.09, 87.83, 93.78, 92.8),
  row('S4D-Lin', S4D, 60.52, 86.97, 90.96, 87.93, 93.96, null),
  row('S5', QUOTED, 62.15, 89.31, 91.4, 88, 95.33, 98.58),
  row('SGConv', QUOTED, 61.45, 89.2, 91.11, 87.97, 95.46, 97.83),
  row('Liquid-S4', QUOTED, 62.75, 89.02, 91.2, 89.5, 94.8, 96.66),
  row('LRU (Image in colour)', QUOTED, 60.2, 89.4, 89.9, 89, 95.1, 94.2),
  row('H3', QUOTED, 57.5, 88.2, 91, 87.3, 93, 91.8),
  row('MEGA', MEGA, 63.14, 90.43, 91.25, 90.44, 96.01, 97.98),
  row('MEGA-chunk', MEGA, 58.76, 90.19, 90.97, 85.8, 94.41, 93.81),
  row('Megalodon', QUOTED, 63.79, 90.48, 91.76, 89.42, 98.13, 98.17),
];

/**
 * Trained values of the Transformer that the benchmark's code configures for a task, from its layer sizes: the bound of
 * the like-for-like rule is 1.1 times that.
 */
export const TRANSFORMER_PARAMETERS: Readonly<Partial<Record<Column, number>>> = {
  listops: transformer({
    layers: 4,
    embedding: 512,
    attention: 512,
    hidden: 1024,
    tokens: 17,
    classes: 10,
    positions: 0,
  }),
  image: transformer({
    layers: 1,
    embedding: 128,
    attention: 64,
    hidden: 128,
    tokens: 256,
    classes: 10,
    positions: 1025,
  }),
};

/** Attention without biases, two norms and an MLP a layer; a last norm, a CLS token, a head with one hidden layer. */
function transformer(sizes: {
  readonly layers: number;
  readonly embedding: number;
  /** Width of queries, keys and values, all heads together. */
  readonly attention: number;
  /** Width of the MLP and of the head's hidden layer. */
  readonly hidden: number;
  readonly tokens: number;
  readonly classes: number;
  /** Learned positions. */
  readonly positions: number;
}): number {
  const { layers, embedding: E, attention, hidden, tokens, classes, positions } = sizes;
  const mlp = E * hidden + hidden + hidden * E + E;
  const layer = 4 * E * attention + mlp + 4 * E;
  const head = E * hidden + hidden + hidden * classes + classes;
  return layers * layer + 2 * E + E + (tokens + positions) * E + head;
}

/** Mean over the first five tasks; undefined if one is missing. */
export function averageOfFive(scores: readonly (number | null | undefined)[]): number | undefined {
  const five = COLUMNS.slice(0, 5).map((_, i) => scores[i]);
  return five.every((score) => typeof score === 'number') ? five.reduce((sum, score) => sum + score, 0) / 5 : undefined;
}

/** Mean over all six, where Path-X at chance (null) counts as 50; undefined if another is missing or it is. */
export function averageOfSix(scores: readonly (number | null | undefined)[]): number | undefined {
  const five = averageOfFive(scores);
  const last = scores[5];
  return five === undefined || last === undefined ? undefined : (5 * five + (last ?? 50)) / 6;
}
