/** @file The discrete Fourier transform in f64, for lengths that are powers of two. */

const tables = new Map<number, { readonly cos: Float64Array; readonly sin: Float64Array }>();

/** cos and sin of 2 pi j / n for j < n / 2. */
function twiddles(n: number): { readonly cos: Float64Array; readonly sin: Float64Array } {
  let table = tables.get(n);
  if (table === undefined) {
    const angle = (_: unknown, j: number): number => (2 * Math.PI * j) / n;
    const angles = Float64Array.from({ length: n / 2 }, angle);
    table = { cos: angles.map(Math.cos), sin: angles.map(Math.sin) };
    tables.set(n, table);
  }
  return table;
}

/** Swap every entry with the one whose index has its bits in reverse order. */
function permute(re: Float64Array, im: Float64Array): void {
  const n = re.length;
  for (let i = 0, j = 0; i < n; i++) {
    if (i < j) {
      [re[i], re[j]] = [re[j], re[i]];
      [im[i], im[j]] = [im[j], im[i]];
    }
    let bit = n >> 1;
    for (; bit > 0 && (j & bit) !== 0; bit >>= 1) j ^= bit;
    j ^= bit;
  }
}

function transform(re: Float64Array, im: Float64Array, sign: 1 | -1): void {
  const n = re.length;
  if (n < 1 || (n & (n - 1)) !== 0 || im.length !== n) {
    throw new RangeError(`fft: lengths are ${n} and ${im.length}, expected one power of two`);
  }
  permute(re, im);
  const { cos, sin } = twiddles(n);
  for (let span = 1; span < n; span *= 2) {
    const stride = n / (2 * span);
    for (let start = 0; start < n; start += 2 * span) {
      for (let j = 0; j < span; j++) {
        const a = start + j;
        const b = a + span;
        const c = cos[j * stride];
        const s = sign * sin[j * stride];
        const bRe = re[b] * c - im[b] * s;
        const bIm = re[b] * s + im[b] * c;
        re[b] = re[a] - bRe;
        im[b] = im[a] - bIm;
        re[a] += bRe;
        im[a] += bIm;
      }
    }
  }
}

/** X[f] = sum_t x[t] exp(-2 pi i f t / n), in place on the real and the imaginary parts. */
export function fft(re: Float64Array, im: Float64Array): void {
  transform(re, im, -1);
}

/** x[t] = (1 / n) sum_f X[f] exp(2 pi i f t / n), in place on the real and the imaginary parts. */
export function ifft(re: Float64Array, im: Float64Array): void {
  transform(re, im, 1);
  const n = re.length;
  for (let t = 0; t < n; t++) {
    re[t] /= n;
    im[t] /= n;
  }
}
