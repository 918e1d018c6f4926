// cut: x [B, H, L] -> windows [B blocks, H, size]: entry i of block j is sample j step - lead + i.
//
// Only entries begin <= i < end are taken, the others and samples that x lacks are zero. gated multiplies by gate,
// shaped like x. n entries in all, one invocation for each.

struct Params {
  n: u32, H: u32, L: u32, blocks: u32, size: u32, step: u32, lead: u32, begin: u32, end: u32, gated: u32,
}

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<f32>;
@group(0) @binding(2) var<storage, read> gate: array<f32>;
@group(0) @binding(3) var<storage, read_write> windows: array<f32>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * 256u + id.x;
  if (e >= params.n) { return; }
  let i = e % params.size;
  let row = e / params.size;
  let h = row % params.H;
  let block = (row / params.H) % params.blocks;
  let b = row / (params.H * params.blocks);
  let t = block * params.step + i; // plus lead
  var value = 0.0;
  if (i >= params.begin && i < params.end && t >= params.lead && t - params.lead < params.L) {
    let at = (b * params.H + h) * params.L + t - params.lead;
    value = x[at];
    if (params.gated == 1u) { value *= gate[at]; }
  }
  windows[e] = value;
}
