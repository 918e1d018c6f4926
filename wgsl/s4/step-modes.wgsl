// step-modes: parameters -> modes [H, M, 2 + 2 RANK] of the recurrence of a diagonal plus low-rank model.
//
// Ab = 2 (1 - dt A/2)^-1 - 1. With d = 1 / (1 - dt lambda / 2), f = x + dt B u / 2, Q = conj P and
// T = I + dt/2 Q^T d P, inner products over modes and conjugates, a step is
//
//     x = x + dt B u + (dt lambda d) f - sum_r (dt d P_r) tau_r,   tau_r = Re sum_m (sum_j T^-1[r, j] 2 Q_j d) f
//
// so that what is small for a small dt is computed as such. The four brackets are the modes, dt B first.
// One workgroup per head, the modes m = lid mod WG to an invocation.
//
// Uses: complex.wgsl, turns.wgsl, transform.wgsl, reduce.wgsl.

struct Params { H: u32, S: u32, M: u32 }

override RANK: u32 = 1u;

@group(0) @binding(0) var<uniform> params: Params;
@group(0) @binding(1) var<storage, read> invDt: array<f32>;
@group(0) @binding(2) var<storage, read> invReA: array<f32>;
@group(0) @binding(3) var<storage, read> invImA: array<f32>;
@group(0) @binding(4) var<storage, read> B: array<vec2f>;
@group(0) @binding(5) var<storage, read> P: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> modes: array<vec2f>;

struct Mode {
  mu: vec2f,  // dt lambda
  d: vec2f,   // 1 / (1 - mu / 2)
}

fn modeAt(dt: f32, at: u32) -> Mode {
  let real = transformParts(REAL_TRANSFORM, invReA[at]);
  let imag = transformParts(IMAG_TRANSFORM, invImA[at]);
  let mu = -dt * vec2f(real.x + real.y, imag.x + imag.y);
  let below = vec2f(1.0 - 0.5 * mu.x, -0.5 * mu.y);
  return Mode(mu, conj(below) / dot(below, below));
}

/// Re(conj(a) d b)
fn form(a: vec2f, d: vec2f, b: vec2f) -> f32 {
  return dot(a, cmul(d, b));
}

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) wg: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) lid: u32,
) {
  let h = wg.x + wg.y * grid.x;
  if (h >= params.H) { return; }
  let start = (h % params.S) * params.M;
  let otherP = (RANK - 1u) * params.S * params.M;
  let values = 2u + 2u * RANK;
  let parts = timeStep(invDt[h]);
  let dt = parts.x + parts.y;
  var first = vec2f(0.0);
  var second = vec2f(0.0);
  for (var m = lid; m < params.M; m += WG) {
    let mode = modeAt(dt, start + m);
    let d = mode.d;
    let p = P[start + m];
    let q = P[otherP + start + m];
    let at = (h * params.M + m) * values;
    modes[at] = dt * B[start + m];
    modes[at + 1u] = cmul(mode.mu, d);
    modes[at + 2u] = dt * cmul(d, p);
    if (RANK == 2u) { modes[at + 3u] = dt * cmul(d, q); }
    first += dt * vec2f(form(p, d, p), form(p, d, q));
    second += dt * vec2f(form(q, d, p), form(q, d, q));
  }
  let a = reduceSum(first, lid) + vec2f(1.0, 0.0);
  let b = reduceSum(second, lid) + vec2f(0.0, 1.0);
  let determinant = a.x * b.y - a.y * b.x;
  for (var m = lid; m < params.M; m += WG) {
    let at = (h * params.M + m) * values;
    let d = 2.0 * modeAt(dt, start + m).d;
    let p = cmul(d, conj(P[start + m]));
    let q = cmul(d, conj(P[otherP + start + m]));
    if (RANK == 1u) {
      modes[at + 3u] = p / a.x;
    } else {
      modes[at + 4u] = (b.y * p - a.y * q) / determinant;
      modes[at + 5u] = (a.x * q - b.x * p) / determinant;
    }
  }
}
