// to-spectrum: z [rows, 2^log] complex, transformed, in digit-reversed order -> X [.., F, 2] of real rows.
//
// EVEN: the values were x[2j] + i x[2j+1] of 2 N samples; with w = exp(-2 pi i f / 2N), E and O the spectra of the even
// and the odd samples, X[f] = E[f] + w O[f] and X[N-f] = conj(E[f] - w O[f]). Else x itself, N samples.
// CHIRP: z has its parts exchanged and lacks Bluestein's last factor. Times scale, and `end` at frequencies 0 and N,
// which are real. An invocation makes frequencies f and N - f, or, N odd, f. Row r is row firstRow + r of X.
//
// Uses: complex.wgsl, fft.wgsl.

struct Params { n: u32, count: u32, log: u32, firstRow: u32, N: u32, F: u32, digits: u32, end: f32, scale: f32 }

override EVEN: bool = true;
override CHIRP: bool = false;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> twiddle: array<vec2f>;
@group(0) @binding(2) var<storage, read> z: array<vec2f>;
@group(0) @binding(3) var<storage, read> turns: array<vec2f>;
@group(0) @binding(4) var<storage, read> chirp: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> X: array<vec2f>;

fn result(row: u32, f: u32) -> vec2f {
  let v = z[(row << params.log) + scramble(f, params.digits)];
  if (CHIRP) { return cmul(v.yx, chirp[f]); }
  return v;
}

@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.y * groups.x * 256u + id.x;
  if (i >= params.n) { return; }
  let row = i / params.count;
  let f = i % params.count;
  let out = (params.firstRow + row) * params.F;
  let p = result(row, f);
  if (!EVEN) {
    X[out + f] = select(params.scale * p, vec2f(params.end * p.x, 0.0), f == 0u);
    return;
  }
  if (f == 0u) {
    X[out] = vec2f(params.end * (p.x + p.y), 0.0);
    X[out + params.N] = vec2f(params.end * (p.x - p.y), 0.0);
    return;
  }
  let q = conj(result(row, params.N - f));
  let e = 0.5 * params.scale * (p + q);
  let o = 0.5 * params.scale * cmul(turns[f], turnBack(p - q));
  X[out + f] = e + o;
  X[out + params.N - f] = conj(e - o);
}
