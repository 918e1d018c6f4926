// dembedding: tokens [B, L], dy [B, H, L] -> y [parts, V, H], partial sums of dy[b, h, l] over the places where
// tokens[b, l] = v.
//
// A workgroup takes one feature, the batch rows of one part (`chunk` of them) and the VOCAB tokens from v0 on. Each of
// its WG invocations adds into bins of its own, in the order of its positions, then the bins are added in order: no
// atomics, the same bits on every run. count = parts H blocks.
//
// Workgroup memory: 4 VOCAB WG bytes.

struct Params { count: u32, B: u32, H: u32, L: u32, V: u32, chunk: u32, blocks: u32 }

override VOCAB: u32 = 64u;
override WG: u32 = 64u;

var<workgroup> bins: array<f32, VOCAB * WG>;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> tokens: array<u32>;
@group(0) @binding(2) var<storage, read> dy: array<f32>;
@group(0) @binding(3) var<storage, read_write> y: array<f32>;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  if (id >= params.count) { return; }
  let block = id % params.blocks;
  let h = (id / params.blocks) % params.H;
  let part = id / params.blocks / params.H;
  let v0 = block * VOCAB;
  for (var v = 0u; v < VOCAB; v++) { bins[v * WG + lid] = 0.0; }
  for (var b = part * params.chunk; b < min(params.B, (part + 1u) * params.chunk); b++) {
    for (var l = lid; l < params.L; l += WG) {
      let v = tokens[b * params.L + l] - v0;
      if (v < VOCAB) { bins[v * WG + lid] += dy[(b * params.H + h) * params.L + l]; }
    }
  }
  workgroupBarrier();
  for (var v = lid; v < VOCAB && v0 + v < params.V; v += WG) {
    var sum = 0.0;
    for (var i = 0u; i < WG; i++) { sum += bins[v * WG + i]; }
    y[(part * params.V + v0 + v) * params.H + h] = sum;
  }
}
