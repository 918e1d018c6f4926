// layernorm: x [B, H, L]; gamma, beta [H] -> y = gamma (x - mean) / sqrt(var + eps) + beta, mean and variance over h.
//
// A workgroup takes COLUMNS neighbouring (b, l), so that every load is coalesced although features lie L apart. The
// second pass takes the variance of the deviations from the mean, and what rounding left in the mean: with few features
// their difference matters. The passes after the first read from cache. In Params, L and columns = B L count elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, columns.wgsl.

struct Params { H: u32, L: u32, columns: u32, eps: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> beta: array<f32>;
@group(0) @binding(4) var<storage, read_write> y: array<elem>;

@compute @workgroup_size(COLUMNS * SLICES)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let column = (wg.y * groups.x + wg.x) * COLUMNS + lid % COLUMNS;
  let inside = column < params.columns;
  let b = min(column, params.columns - 1u) / params.L;
  let base = (b * (params.H - 1u)) * params.L + min(column, params.columns - 1u);
  let features = f32(params.H);
  var sum = elem(0.0);
  for (var h = lid / COLUMNS; h < params.H; h += SLICES) { sum += x[base + h * params.L]; }
  let mean = sumSlices(sum, lid) / features;
  var rest = elem(0.0);
  var squares = elem(0.0);
  for (var h = lid / COLUMNS; h < params.H; h += SLICES) {
    let d = x[base + h * params.L] - mean;
    rest += d;
    squares += d * d;
  }
  let error = sumSlices(rest, lid) / features;
  let variance = max(elem(0.0), sumSlices(squares, lid) / features - error * error);
  let rstd = 1.0 / sqrt(variance + params.eps);
  if (!inside) { return; }
  for (var h = lid / COLUMNS; h < params.H; h += SLICES) {
    let at = base + h * params.L;
    y[at] = (x[at] - mean - error) * rstd * gamma[h] + beta[h];
  }
}
