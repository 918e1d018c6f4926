// paste: windows [B blocks, H, size] -> y [B, H, L], y[t] = the sum of the entries i = t + lead - j step of blocks j:
// the transpose of cut.wgsl.
//
// Only entries begin <= i < end count. gated multiplies by gate, shaped like y. n entries in all, one invocation for
// each.

struct Params {
  n: u32, H: u32, L: u32, blocks: u32, size: u32, step: u32, lead: u32, begin: u32, end: u32, gated: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> windows: array<f32>;
@group(0) @binding(2) var<storage, read> gate: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * 256u + id.x;
  if (e >= params.n) { return; }
  let t = e % params.L + params.lead;
  let row = e / params.L;
  let h = row % params.H;
  let b = row / params.H;
  var sum = 0.0;
  let last = min(t / params.step, params.blocks - 1u);
  for (var block = last; ; block--) {
    let i = t - block * params.step;
    if (i >= params.end) { break; }
    if (i >= params.begin) { sum += windows[((b * params.blocks + block) * params.H + h) * params.size + i]; }
    if (block == 0u) { break; }
  }
  if (params.gated == 1u) { sum *= gate[e]; }
  y[e] = sum;
}
