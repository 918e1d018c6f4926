// What an inverse transform to real rows takes in: spectra, x [rows, F] of pairs. Gives complex values with parts
// exchanged, so that the forward transform inverts; fft/to-samples.wgsl undoes it.
//
// With w = exp(-2 pi i f / 2N), the spectrum of the N values x[2j] + i x[2j+1] is
//     Z[f] = (X[f] + conj X[N-f]) + i conj(w) (X[f] - conj X[N-f])     times scale, f = 0 times `end`.
//
// Uses: complex.wgsl, bindings `params`, `x: array<f32>`, `turns` (w for f <= N / 2).

fn binAt(row: u32, f: u32) -> vec2f {
  let at = 2u * (row * params.F + f);
  return vec2f(x[at], x[at + 1u]);
}

fn value(row: u32, f: u32) -> vec2f {
  if (EVEN) {
    let p = binAt(row, f);
    let q = conj(binAt(row, params.N - f));
    if (f == 0u) { return params.end * vec2f(p.x - q.x, p.x + q.x); }
    let upper = 2u * f > params.N;
    let near = turns[select(f, params.N - f, upper)];
    let back = select(conj(near), -near, upper);
    return params.scale * (p + q + turn(cmul(back, p - q))).yx;
  }
  if (f == 0u) { return vec2f(0.0, params.end * binAt(row, 0u).x); }
  if (f < params.F) { return params.scale * binAt(row, f).yx; }
  return params.scale * conj(binAt(row, params.N - f)).yx;
}
