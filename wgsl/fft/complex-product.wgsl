// complex-product: a [B, H, F], k [C, H, F] -> y [B, C H, F], all complex, y[b, c H + h, f] = a[b, h, f] k[c, h, f].
//
// An invocation takes one entry of k and `each` rows of the batch, so that it is loaded once for them; HF = H F,
// n = ceil(B / each) C H F.
//
// Uses: complex.wgsl.

struct Params { n: u32, HF: u32, C: u32, B: u32, each: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> a: array<vec2f>;
@group(0) @binding(2) var<storage, read> k: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> y: array<vec2f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  let CHF = params.C * params.HF;
  let begin = i / CHF * params.each;
  let chf = i % CHF;
  let hf = chf % params.HF;
  let factor = k[chf];
  for (var b = begin; b < min(begin + params.each, params.B); b++) {
    y[b * CHF + chf] = cmul(a[b * params.HF + hf], factor);
  }
}
