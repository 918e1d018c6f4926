// sides: circle [rows, 2L] -> sides [2 rows, L], lags 0 .. L - 1 and, in the rows below, -1 .. -L; `joins`: the
// inverse.
//
// n = 2 rows L, one invocation for each entry of the result.

struct Params { n: u32, L: u32, joins: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  let half = params.n / 2u;
  if (params.joins == 1u) {
    let row = i / (2u * params.L);
    let lag = i % (2u * params.L);
    y[i] = x[select(row * params.L + lag, half + row * params.L + 2u * params.L - 1u - lag, lag >= params.L)];
  } else {
    let at = select(i, i - half, i >= half);
    let row = at / params.L;
    let s = at % params.L;
    y[i] = x[row * 2u * params.L + select(s, 2u * params.L - 1u - s, i >= half)];
  }
}
