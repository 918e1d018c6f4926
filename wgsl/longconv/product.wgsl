// product: z of x [rows, groups, terms, 2^log], gz of g -> z at term 0: the last passes of both transforms, the
// product, its sum over terms, and the first passes of the inverse, all in registers (runs.wgsl).
//
// gz has rows like z, or, G_SHARED, one row for all, whose spectrum then serves `rowsEach` rows. An invocation takes
// two runs of 2^RUN values and no barrier: the form for devices whose barriers are slow.
//
// WEIGHTED multiplies the spectrum of g by `weights`. `digits` are the radices of the passes before, for scramble().
//
// Uses: complex.wgsl, fft.wgsl, real-product.wgsl, runs.wgsl, weights.wgsl.

struct Params { log: u32, rows: u32, groups: u32, terms: u32, total: u32, rowsEach: u32, digits: u32 }

override G_SHARED: bool = false;
override SUM: bool = false;
override WEIGHTED: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> gz: array<vec4f>;
@group(0) @binding(3) var<storage, read> weights: array<vec2f>;
@group(0) @binding(4) var<storage, read_write> z: array<vec4f>;

fn eight(a: vec4f, b: vec4f, c: vec4f, d: vec4f) -> Eight {
  return Eight(a.xy, a.zw, b.xy, b.zw, c.xy, c.zw, d.xy, d.zw);
}

fn takeX(i: u32) -> Eight {
  let at = i / 2u;
  return eight(z[at], z[at + 1u], z[at + 2u], z[at + 3u]);
}

fn takeG(i: u32) -> Eight {
  let at = i / 2u;
  return eight(gz[at], gz[at + 1u], gz[at + 2u], gz[at + 3u]);
}

/// Times what the transforms and E and O owe.
fn put(i: u32, v: Eight) {
  let scale = 0.25 / f32(1u << params.log);
  let at = i / 2u;
  z[at] = scale * vec4f(v[0], v[1]);
  z[at + 1u] = scale * vec4f(v[2], v[3]);
  z[at + 2u] = scale * vec4f(v[4], v[5]);
  z[at + 3u] = scale * vec4f(v[6], v[7]);
}

fn takeXs(i: u32) -> Sixteen {
  return joined(takeX(i), takeX(i + 8u));
}

fn takeGs(i: u32) -> Sixteen {
  return joined(takeG(i), takeG(i + 8u));
}

fn puts(i: u32, v: Sixteen) {
  put(i, lower(v));
  put(i + 8u, upper(v));
}

fn runsOfX(a: u32, b: u32) -> Runs {
  if (RUN == 3u) { return Runs(Halves(joined(takeX(a), takeX(b)), Sixteen()), Halves()); }
  if (RUN == 4u) { return Runs(Halves(takeXs(a), takeXs(b)), Halves()); }
  return Runs(Halves(takeXs(a), takeXs(a + 16u)), Halves(takeXs(b), takeXs(b + 16u)));
}

fn runsOfG(a: u32, b: u32) -> Runs {
  if (RUN == 3u) { return Runs(Halves(joined(takeG(a), takeG(b)), Sixteen()), Halves()); }
  if (RUN == 4u) { return Runs(Halves(takeGs(a), takeGs(b)), Halves()); }
  return Runs(Halves(takeGs(a), takeGs(a + 16u)), Halves(takeGs(b), takeGs(b + 16u)));
}

fn putRuns(a: u32, b: u32, v: Runs) {
  if (RUN == 3u) {
    put(a, lower(v.near.near));
    put(b, upper(v.near.near));
  } else if (RUN == 4u) {
    puts(a, v.near.near);
    puts(b, v.near.far);
  } else {
    puts(a, v.near.near);
    puts(a + 16u, v.near.far);
    puts(b, v.far.near);
    puts(b + 16u, v.far.far);
  }
}

fn weightsOfHalves(f: u32, first: bool) -> Halves {
  return Halves(weightsAt(16u * f), weightsAt(16u * partner(f, first, 4u)));
}

fn weightsOfRuns(f: u32, first: bool) -> Runs {
  if (RUN == 3u) { return Runs(Halves(weightsAt(16u * f), Sixteen()), Halves()); }
  if (RUN == 4u) { return Runs(weightsOfHalves(f, first), Halves()); }
  return Runs(weightsOfHalves(f, first), weightsOfHalves(partner(f, first, 5u), false));
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) grid: vec3u) {
  let i = id.x + id.y * grid.x * 64u;
  let bits = params.log - RUN - 1u;
  let f = i & ((1u << bits) - 1u);
  let packed = i >> bits;
  let group = packed % params.groups;
  let begin = packed / params.groups * params.rowsEach;
  if (begin >= params.rows) { return; }
  let first = f == 0u;
  let a = scramble(f, params.digits) << RUN;
  let b = scramble(partner(f, first, RUN), params.digits) << RUN;

  var g: Runs;
  for (var row = begin; row < min(begin + params.rowsEach, params.rows); row++) {
    let start = (row * params.groups + group) * params.terms;
    let gStart = select(start, group * params.terms, G_SHARED);
    var sum: Runs;
    let terms = min(params.terms, params.total - row * params.terms);
    for (var term = 0u; term < terms; term++) {
      if (row == begin || !G_SHARED || SUM) {
        let at = (gStart + term) << params.log;
        g = spectraOf(runsOfG(at + a, at + b), first);
        if (WEIGHTED) { g = multiplyRuns(g, weightsOfRuns(f, first), f, first); }
      }
      let at = (start + term) << params.log;
      let product = multiplyRuns(spectraOf(runsOfX(at + a, at + b), first), g, f, first);
      if (SUM) {
        sum = addRuns(sum, product);
      } else {
        sum = product;
      }
    }
    let to = start << params.log;
    putRuns(to + a, to + b, invert(sum, first));
  }
}
