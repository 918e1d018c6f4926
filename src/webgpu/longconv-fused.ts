import complexCode from '../../wgsl/common/complex.wgsl?raw';
import fftCode from '../../wgsl/common/fft.wgsl?raw';
import workgroupCode from '../../wgsl/common/fft-workgroup.wgsl?raw';
import productCode from '../../wgsl/common/real-product.wgsl?raw';
import convolveCode from '../../wgsl/longconv/convolve.wgsl?raw';
import type { Gpu } from './gpu.js';
import { type Kernel, kernel } from './kernel.js';
import { BUSY, type Convolution, MOST_ROWS, legs, twiddleTable, workgroupConstants } from './longconv-plan.js';

const convolve: Kernel = /* @__PURE__ */ kernel(
  'longconv/convolve',
  complexCode,
  fftCode,
  workgroupCode,
  productCode,
  convolveCode,
);

/** {@link Convolution} in one dispatch, where a transform fits in workgroup memory. */
export function convolveFused(gpu: Gpu, { log, groups, rows, terms, total, x, g, y, future }: Convolution): void {
  const slots = Math.max(0, 10 - log);
  const columns = Math.ceil(groups / 2 ** slots);
  const shared = g.row === 0 && g.term === 0;
  const rowsEach = shared ? Math.min(MOST_ROWS, Math.max(1, Math.floor((columns * rows) / BUSY))) : 1;
  const sizes = workgroupConstants(log, slots);
  gpu.run(convolve, {
    constants: {
      ...sizes,
      REVERSED: Number(g.reversed),
      TWO_SIDED_G: Number(g.twoSided),
      TWO_SIDED_Y: Number(y.twoSided),
      HAS_D: Number(g.D !== undefined),
      SUM: Number(terms > 1),
      GATE_X: Number(x.gate !== undefined),
      GATE_Y: Number(y.gate !== undefined),
      G_FACTORS: g.weights === undefined ? Number(g.gate !== undefined) : 2,
      X_LEGS: legs(sizes.PASS1, x.length, log),
      G_LEGS: g.reversed || g.twoSided ? 16 : legs(sizes.PASS1, g.length, log),
      Y_LEGS: y.twoSided ? 16 : legs(sizes.PASS1, y.length, log),
    },
    params: {
      groups,
      rows,
      rowsEach,
      terms,
      total,
      L: x.length,
      xRow: x.row,
      xTerm: x.term,
      xGroups: x.groups,
      K: g.length,
      gRow: g.row,
      gTerm: g.term,
      gGroups: g.groups,
      KEPT: y.length,
      yRow: y.row,
      future,
    },
    buffers: {
      twiddle: twiddleTable(gpu, log),
      x: x.tensor,
      g: g.tensor,
      D: g.D ?? g.tensor,
      xGate: x.gate ?? x.tensor,
      gFactors: g.weights ?? g.gate ?? g.tensor,
      yGate: y.gate ?? x.tensor,
      y: y.tensor,
    },
    grid: [columns, Math.ceil(rows / rowsEach)],
  });
}
