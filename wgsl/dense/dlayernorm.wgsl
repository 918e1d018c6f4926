// dlayernorm: x, dy [B, H, L], gamma [H] -> dx [B, H, L]; mean and rstd [B, L], which dscale needs.
//
//     dx = rstd (g - mean(g) - z mean(g z)),   g = gamma dy,   z = (x - mean) rstd, means over h
//
// As layernorm: a workgroup takes COLUMNS neighbouring (b, l). In Params, L and columns = B L count elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl, columns.wgsl.

struct Params { H: u32, L: u32, columns: u32, eps: f32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> gamma: array<f32>;
@group(0) @binding(3) var<storage, read> dy: array<elem>;
@group(0) @binding(4) var<storage, read_write> dx: array<elem>;
@group(0) @binding(5) var<storage, read_write> mean: array<elem>;
@group(0) @binding(6) var<storage, read_write> rstd: array<elem>;

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
  let m = sumSlices(sum, lid) / features;
  var rest = elem(0.0);
  var squares = elem(0.0);
  for (var h = lid / COLUMNS; h < params.H; h += SLICES) {
    let d = x[base + h * params.L] - m;
    rest += d;
    squares += d * d;
  }
  let error = sumSlices(rest, lid) / features;
  let variance = max(elem(0.0), sumSlices(squares, lid) / features - error * error);
  let r = 1.0 / sqrt(variance + params.eps);
  var sumG = elem(0.0);
  var sumGz = elem(0.0);
  for (var h = lid / COLUMNS; h < params.H; h += SLICES) {
    let at = base + h * params.L;
    let g = gamma[h] * dy[at];
    sumG += g;
    sumGz += g * ((x[at] - m - error) * r);
  }
  let meanG = sumSlices(sumG, lid) / features;
  let meanGz = sumSlices(sumGz, lid) / features;
  if (!inside) { return; }
  if (lid < COLUMNS) {
    mean[column] = m + error;
    rstd[column] = r;
  }
  for (var h = lid / COLUMNS; h < params.H; h += SLICES) {
    let at = base + h * params.L;
    dx[at] = r * (gamma[h] * dy[at] - meanG - (x[at] - m - error) * r * meanGz);
  }
}
