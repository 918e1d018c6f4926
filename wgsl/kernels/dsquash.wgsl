// dsquash: x, dy -> dx = dy where |x| > lambda, else 0, of any shape.
//
// One invocation per element. n counts elements.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl.

struct Params { n: u32, lambda: f32 }

override WG: u32 = 256u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> x: array<elem>;
@group(0) @binding(2) var<storage, read> dy: array<elem>;
@group(0) @binding(3) var<storage, read_write> dx: array<elem>;

@compute @workgroup_size(WG)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let e = id.y * groups.x * WG + id.x;
  if (e >= params.n) { return; }
  dx[e] = select(elem(0.0), dy[e], abs(x[e]) > elem(params.lambda));
}
