// dfactor: inner [rows, L], outer [rows, n] -> parts [.., sets, R, R, 2] of the cotangent of a level's factor,
//
//   dF[k, j] = sum over columns of conj(w[k, t]) outer[(t R + k) P + p] conj(inner[(j m + t) P + p])
//
// An invocation adds 4 x 4 of the products over every SLICES-th column of its workgroup's `chunk`, and writes them as a
// part of their own. A workgroup covers R x R in this way SLICES times.
//
// Uses: complex.wgsl, samples-complex.wgsl or samples-real.wgsl, butterfly.wgsl.

struct Params {
  sets: u32, H: u32,
  columns: u32,
  L: u32,
  widthLog: u32, doneLog: u32,
  groups: u32, // workgroups of one head
  chunk: u32,
  first: u32, // number of the first part
}

override QUADS: u32 = (RADIX + 3u) / 4u;
override SLICES: u32 = 64u / (QUADS * QUADS);

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> inner: array<sample>;
@group(0) @binding(2) var<storage, read> outer: array<vec2f>;
@group(0) @binding(3) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> parts: array<vec2f>;

fn takeInner(c: Column, j: u32) -> vec2f {
  let inside = j < RADIX && hasInner(c, j);
  return select(vec2f(0.0), fromSample(inner[select(0u, innerPlace(c, j), inside)]), inside);
}

fn takeOuter(c: Column, k: u32) -> vec2f {
  let safe = min(k, RADIX - 1u);
  return cmul(outer[outerPlace(c, safe)], conj(factorOf(c, safe)));
}

fn leave(at: u32, k: u32, j: u32, re: vec4f, im: vec4f) {
  if (k >= RADIX) { return; }
  let to = at + k * RADIX + j;
  parts[to] = vec2f(re.x, im.x);
  parts[to + 1u] = vec2f(re.y, im.y);
  if (RADIX > 2u) {
    parts[to + 2u] = vec2f(re.z, im.z);
    parts[to + 3u] = vec2f(re.w, im.w);
  }
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let id = wg.y * groups.x + wg.x;
  let head = id / params.groups;
  if (head >= params.sets) { return; }
  let part = id - head * params.groups;
  let slice = lid / (QUADS * QUADS);
  let k = lid / QUADS % QUADS * 4u;
  let j = lid % QUADS * 4u;
  var re0 = vec4f(0.0);
  var re1 = vec4f(0.0);
  var re2 = vec4f(0.0);
  var re3 = vec4f(0.0);
  var im0 = vec4f(0.0);
  var im1 = vec4f(0.0);
  var im2 = vec4f(0.0);
  var im3 = vec4f(0.0);
  let end = min(params.columns, (part + 1u) * params.chunk);
  for (var at = part * params.chunk + slice; at < end; at += SLICES) {
    let c = columnAt(head, at);
    let x0 = takeInner(c, j);
    let x1 = takeInner(c, j + 1u);
    let x2 = takeInner(c, j + 2u);
    let x3 = takeInner(c, j + 3u);
    let xr = vec4f(x0.x, x1.x, x2.x, x3.x);
    let xi = vec4f(x0.y, x1.y, x2.y, x3.y);
    let g0 = takeOuter(c, k);
    let g1 = takeOuter(c, k + 1u);
    let g2 = takeOuter(c, k + 2u);
    let g3 = takeOuter(c, k + 3u);
    re0 = fma(vec4f(g0.y), xi, fma(vec4f(g0.x), xr, re0));
    im0 = fma(vec4f(-g0.x), xi, fma(vec4f(g0.y), xr, im0));
    re1 = fma(vec4f(g1.y), xi, fma(vec4f(g1.x), xr, re1));
    im1 = fma(vec4f(-g1.x), xi, fma(vec4f(g1.y), xr, im1));
    re2 = fma(vec4f(g2.y), xi, fma(vec4f(g2.x), xr, re2));
    im2 = fma(vec4f(-g2.x), xi, fma(vec4f(g2.y), xr, im2));
    re3 = fma(vec4f(g3.y), xi, fma(vec4f(g3.x), xr, re3));
    im3 = fma(vec4f(-g3.x), xi, fma(vec4f(g3.y), xr, im3));
  }
  let to = ((params.first + part * SLICES + slice) * params.sets + head) * RADIX * RADIX;
  leave(to, k, j, re0, im0);
  leave(to, k + 1u, j, re1, im1);
  leave(to, k + 2u, j, re2, im2);
  leave(to, k + 3u, j, re3, im3);
}
