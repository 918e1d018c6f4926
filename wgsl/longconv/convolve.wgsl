// convolve: x [.., L], g [.., K] -> y [.., KEPT], sums of convolutions of real rows, in one dispatch.
//
//     y[out] = sum_term  x[in(term)] * g[filter(term)]      (*: convolution, kept at lags 0 <= lag < KEPT)
//
// Which rows meet is told by the strides in Params, so that this is
//   the forward pass     x = u,  g = k,            no sum
//   the gradient in u    x = dy, g = k reversed,   sum over channels
//   the gradient in k    x = dy, g = u reversed,   sum over the batch
// REVERSED takes g[-lag]. TWO_SIDED_G reads taps at negative lags -1 - s from the rows `future` below those
// at lags s; TWO_SIDED_Y writes y so. HAS_D adds D[row] to the tap at lag 0.
//
// Gates multiply x and g while they are loaded and y while it is stored: GATE_X by xGate, GATE_Y by yGate, shaped
// like x and y. G_FACTORS = 1 multiplies g by gFactors, shaped like g; 2 multiplies its spectrum by the one in
// gFactors (real-product.wgsl).
//
// X_LEGS, G_LEGS and Y_LEGS: of the sixteenths of a transform, those in which x, g and y have values, where the first
// pass has radix 16.
//
// A workgroup takes SLOTS groups and `rowsEach` output rows of each. Transform, product and inverse stay in
// registers and workgroup memory; the spectrum of g stays in registers and serves all rows of the group.
//
// Uses: complex.wgsl, fft.wgsl, fft-workgroup.wgsl, real-product.wgsl. Workgroup memory: 8 SLOTS 2^LOG bytes.

struct Params {
  groups: u32, rows: u32, rowsEach: u32, terms: u32, total: u32,
  L: u32, xRow: u32, xTerm: u32, xGroups: u32,
  K: u32, gRow: u32, gTerm: u32, gGroups: u32,
  KEPT: u32, yRow: u32, future: u32,
}

override REVERSED: bool = false;
override TWO_SIDED_G: bool = false;
override TWO_SIDED_Y: bool = false;
override HAS_D: bool = false;
override SUM: bool = false;
override GATE_X: bool = false;
override GATE_Y: bool = false;
override G_FACTORS: u32 = 0u;
override X_LEGS: u32 = 16u;
override G_LEGS: u32 = 16u;
override Y_LEGS: u32 = 16u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> x: array<f32>;
@group(0) @binding(3) var<storage, read> g: array<f32>;
@group(0) @binding(4) var<storage, read> D: array<f32>;
@group(0) @binding(5) var<storage, read> xGate: array<f32>;
@group(0) @binding(6) var<storage, read> gFactors: array<f32>;
@group(0) @binding(7) var<storage, read> yGate: array<f32>;
@group(0) @binding(8) var<storage, read_write> y: array<f32>;

/// What lies past a row is read from its end and dropped, without a branch.
fn sample(row: u32, i: u32) -> f32 {
  let last = params.L - 1u;
  let at = row * params.L + min(i, last);
  var value = x[at];
  if (GATE_X) { value *= xGate[at]; }
  return select(0.0, value, i <= last);
}

fn tap(row: u32, i: u32) -> f32 {
  let lag = select(i, (0u - i) & ((2u << LOG) - 1u), REVERSED);
  let last = params.K - 1u;
  let at = row * params.K + min(lag, last);
  var value = g[at];
  if (G_FACTORS == 1u) { value *= gFactors[at]; }
  value = select(0.0, value, lag <= last);
  if (HAS_D) { value += select(0.0, D[row], lag == 0u); }
  if (TWO_SIDED_G) {
    let ahead = (2u << LOG) - 1u - lag;
    value = select(value, g[(row + params.future) * params.K + min(ahead, last)], ahead <= last);
  }
  return value;
}

fn keep(row: u32, i: u32, value: f32) {
  if (i < params.KEPT) {
    let at = row * params.KEPT + i;
    if (GATE_Y) { y[at] = value * yGate[at]; } else { y[at] = value; }
  }
  if (TWO_SIDED_Y) {
    let ahead = (2u << LOG) - 1u - i;
    if (ahead < params.KEPT) { y[(row + params.future) * params.KEPT + ahead] = value; }
  }
}

fn weight(i: u32) -> vec2f {
  return vec2f(gFactors[i], gFactors[i + 1u]);
}

/// The spectrum of `weight` at the frequencies of one invocation, as split() gives it, without its factor 2.
fn weights(i: u32) -> Sixteen {
  return Sixteen(
    weight(i), weight(i + 2u), weight(i + 4u), weight(i + 6u),
    weight(i + 8u), weight(i + 10u), weight(i + 12u), weight(i + 14u),
    weight(i + 16u), weight(i + 18u), weight(i + 20u), weight(i + 22u),
    weight(i + 24u), weight(i + 26u), weight(i + 28u), weight(i + 30u),
  );
}

/// Neighbouring samples as one complex value, leg i of a butterfly.
fn xLeg(i: u32, row: u32, n: u32) -> vec2f {
  if (i >= X_LEGS) { return vec2f(); }
  return vec2f(sample(row, 2u * n), sample(row, 2u * n + 1u));
}

fn gLeg(i: u32, row: u32, n: u32) -> vec2f {
  if (i >= G_LEGS) { return vec2f(); }
  return vec2f(tap(row, 2u * n), tap(row, 2u * n + 1u));
}

fn keepLeg(i: u32, row: u32, n: u32, value: vec2f) {
  if (i >= Y_LEGS) { return; }
  keep(row, 2u * n, value.y);
  keep(row, 2u * n + 1u, value.x);
}

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) wg: vec3u, @builtin(local_invocation_index) lid: u32) {
  let t = lid & ((1u << (LOG - 4u)) - 1u);
  let slot = lid >> (LOG - 4u);
  let start = slot << LOG;
  let group = wg.x * SLOTS + slot;
  let used = group < params.groups;

  // runs t and 2^LOG/8 - t mirror each other; 0 and 2^LOG/16 each mirror themselves
  let first = t == 0u;
  let runs = slot << (LOG - 3u);
  let a = runs + place(t);
  let b = runs + place(select((1u << (LOG - 3u)) - t, 1u << (LOG - 4u), first));
  let w = twiddle[t];
  let scale = 0.25 / f32(1u << LOG);
  let factors = 32u * t;

  let at = legs(PASS1, SPAN1, LOG, t);

  var gF: Sixteen;
  var sum: Sixteen;
  let begin = wg.y * params.rowsEach;
  let end = min(begin + params.rowsEach, params.rows);
  for (var row = begin; row < end; row++) {
    if (SUM) { sum = Sixteen(); }
    let terms = min(params.terms, params.total - row * params.terms);
    for (var term = 0u; term < terms; term++) {
      // part 0 is g, part 1 is x: one copy of the code
      for (var part = select(1u, 0u, row == begin || params.gRow + params.gTerm > 0u); part < 2u; part++) {
        var v: Sixteen;
        if (part == 0u) {
          let gAt = row * params.gRow + term * params.gTerm + group % params.gGroups;
          v = Sixteen(
            gLeg(0u, gAt, at[0]), gLeg(1u, gAt, at[1]), gLeg(2u, gAt, at[2]), gLeg(3u, gAt, at[3]),
            gLeg(4u, gAt, at[4]), gLeg(5u, gAt, at[5]), gLeg(6u, gAt, at[6]), gLeg(7u, gAt, at[7]),
            gLeg(8u, gAt, at[8]), gLeg(9u, gAt, at[9]), gLeg(10u, gAt, at[10]), gLeg(11u, gAt, at[11]),
            gLeg(12u, gAt, at[12]), gLeg(13u, gAt, at[13]), gLeg(14u, gAt, at[14]), gLeg(15u, gAt, at[15]),
          );
        } else {
          let xAt = row * params.xRow + term * params.xTerm + group % params.xGroups;
          v = Sixteen(
            xLeg(0u, xAt, at[0]), xLeg(1u, xAt, at[1]), xLeg(2u, xAt, at[2]), xLeg(3u, xAt, at[3]),
            xLeg(4u, xAt, at[4]), xLeg(5u, xAt, at[5]), xLeg(6u, xAt, at[6]), xLeg(7u, xAt, at[7]),
            xLeg(8u, xAt, at[8]), xLeg(9u, xAt, at[9]), xLeg(10u, xAt, at[10]), xLeg(11u, xAt, at[11]),
            xLeg(12u, xAt, at[12]), xLeg(13u, xAt, at[13]), xLeg(14u, xAt, at[14]), xLeg(15u, xAt, at[15]),
          );
        }
        forward(v, start, t);
        let spectrum = split(takeRuns(a, b), first);
        if (part == 0u) {
          gF = times(scale, spectrum);
          if (G_FACTORS == 2u) { gF = multiply(gF, weights(factors), w, first); }
        } else if (SUM) {
          sum = add(sum, multiply(spectrum, gF, w, first));
        } else {
          sum = multiply(spectrum, gF, w, first);
        }
      }
    }
    leaveRuns(join(sum, first), a, b);
    let v = inverse(start, t);
    if (used) {
      let yAt = row * params.yRow + group;
      keepLeg(0u, yAt, at[0], v[0]);
      keepLeg(1u, yAt, at[1], v[1]);
      keepLeg(2u, yAt, at[2], v[2]);
      keepLeg(3u, yAt, at[3], v[3]);
      keepLeg(4u, yAt, at[4], v[4]);
      keepLeg(5u, yAt, at[5], v[5]);
      keepLeg(6u, yAt, at[6], v[6]);
      keepLeg(7u, yAt, at[7], v[7]);
      keepLeg(8u, yAt, at[8], v[8]);
      keepLeg(9u, yAt, at[9], v[9]);
      keepLeg(10u, yAt, at[10], v[10]);
      keepLeg(11u, yAt, at[11], v[11]);
      keepLeg(12u, yAt, at[12], v[12]);
      keepLeg(13u, yAt, at[13], v[13]);
      keepLeg(14u, yAt, at[14], v[14]);
      keepLeg(15u, yAt, at[15], v[15]);
    }
  }
}
