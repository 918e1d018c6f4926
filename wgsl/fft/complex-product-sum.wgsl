// complex-product-sum: dy, w -> sum [.., H, F], all complex.
//
//     sum[i, hf] = sum_term dy[i outer + term inner, hf] conj(w[term, hf])
//
// The gradients of complex-product: da sums over channels, w = k; dk over the batch, w = a. In the order of terms, one
// invocation for each of n results; HF = H F.
//
// Uses: complex.wgsl.

struct Params { n: u32, HF: u32, terms: u32, outer: u32, inner: u32 }

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> dy: array<vec2f>;
@group(0) @binding(2) var<storage, read> w: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> sum: array<vec2f>;

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  let hf = i % params.HF;
  let first = i / params.HF * params.outer;
  var total = vec2f();
  for (var term = 0u; term < params.terms; term++) {
    total += cmul(dy[(first + term * params.inner) * params.HF + hf], conj(w[term * params.HF + hf]));
  }
  sum[i] = total;
}
