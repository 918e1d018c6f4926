// product: z of x [rows, groups, terms, 2^log], gz of g -> z at term 0: the last pass of both transforms, the
// product, its sum over terms, and the first pass of the inverse, all in registers.
//
// gz has rows like z, or, gShared, one row for all. An invocation takes two runs of eight values that mirror each
// other (real-product.wgsl) and no barrier: the form for devices whose barriers are slow.
//
// WEIGHTED multiplies the spectrum of g by `weights`. `digits` are the radices of the passes before, for scramble().
//
// Uses: complex.wgsl, fft.wgsl, real-product.wgsl.

struct Params { log: u32, rows: u32, groups: u32, terms: u32, total: u32, gShared: u32, digits: u32 }

override SUM: bool = false;
override WEIGHTED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> gz: array<vec2f>;
@group(0) @binding(3) var<storage, read> weights: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> z: array<vec2f>;

/// The spectrum in `weights` at the frequencies of one invocation, as split() gives it, without its factor 2.
fn weightsAt(i: u32) -> Sixteen {
  return Sixteen(
    weights[i], weights[i + 1u], weights[i + 2u], weights[i + 3u],
    weights[i + 4u], weights[i + 5u], weights[i + 6u], weights[i + 7u],
    weights[i + 8u], weights[i + 9u], weights[i + 10u], weights[i + 11u],
    weights[i + 12u], weights[i + 13u], weights[i + 14u], weights[i + 15u],
  );
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let t = i & ((1u << (params.log - 4u)) - 1u);
  let packed = i >> (params.log - 4u);
  let row = packed / params.groups;
  if (row >= params.rows) { return; }
  let first = t == 0u;
  let a = 8u * scramble(t, params.digits);
  let b = 8u * scramble(select((1u << (params.log - 3u)) - t, 1u << (params.log - 4u), first), params.digits);
  let w = twiddle[t];
  let scale = 0.25 / f32(1u << params.log);

  var sum: Sixteen;
  let terms = min(params.terms, params.total - row * params.terms);
  for (var term = 0u; term < terms; term++) {
    let g = (select(packed, packed % params.groups, params.gShared == 1u) * params.terms + term) << params.log;
    let x = (packed * params.terms + term) << params.log;
    var gF = split(dft8s(Sixteen(
      gz[g + a + 0u], gz[g + a + 1u], gz[g + a + 2u], gz[g + a + 3u],
      gz[g + a + 4u], gz[g + a + 5u], gz[g + a + 6u], gz[g + a + 7u],
      gz[g + b + 0u], gz[g + b + 1u], gz[g + b + 2u], gz[g + b + 3u],
      gz[g + b + 4u], gz[g + b + 5u], gz[g + b + 6u], gz[g + b + 7u],
    )), first);
    let xF = split(dft8s(Sixteen(
      z[x + a + 0u], z[x + a + 1u], z[x + a + 2u], z[x + a + 3u],
      z[x + a + 4u], z[x + a + 5u], z[x + a + 6u], z[x + a + 7u],
      z[x + b + 0u], z[x + b + 1u], z[x + b + 2u], z[x + b + 3u],
      z[x + b + 4u], z[x + b + 5u], z[x + b + 6u], z[x + b + 7u],
    )), first);
    if (WEIGHTED) { gF = multiply(gF, weightsAt(16u * t), w, first); }
    let product = multiply(xF, gF, w, first);
    if (SUM) {
      sum = add(sum, product);
    } else {
      sum = product;
    }
  }
  let v = dft8s(join(times(scale, sum), first));
  let y = (packed * params.terms) << params.log;
  z[y + a] = v[0];
  z[y + a + 1u] = v[1];
  z[y + a + 2u] = v[2];
  z[y + a + 3u] = v[3];
  z[y + a + 4u] = v[4];
  z[y + a + 5u] = v[5];
  z[y + a + 6u] = v[6];
  z[y + a + 7u] = v[7];
  z[y + b] = v[8];
  z[y + b + 1u] = v[9];
  z[y + b + 2u] = v[10];
  z[y + b + 3u] = v[11];
  z[y + b + 4u] = v[12];
  z[y + b + 5u] = v[13];
  z[y + b + 6u] = v[14];
  z[y + b + 7u] = v[15];
}
