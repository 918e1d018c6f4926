// The last passes of a transform, the product of spectra and the first passes of the inverse, in registers: of each row
// two runs of 2^RUN values, 8, 16 or 32, that mirror each other as in real-product.wgsl.
//
// Passes of radix 2 take longer runs apart, until what is left are pairs of runs of eight. Of runs a and b, whose
// lowest frequencies are f and 2^log / 2^RUN - f, the sums of a mirror the differences of b, and the other way round;
// those with f = 0, where b begins at half of 2^log / 2^RUN, each mirror themselves (`first`).
//
// Uses: complex.wgsl, fft.wgsl, real-product.wgsl, a binding `twiddle`, and log of Params.

override RUN: u32 = 3u;

/// Two runs of sixteen, or, RUN = 3, of eight, both in `near`.
struct Halves { near: Sixteen, far: Sixteen }

/// Two runs of 2^RUN, all of it in `near` below 32.
struct Runs { near: Halves, far: Halves }

/// The lowest frequency of the run that goes with the one from f, in runs of 2^bits.
fn partner(f: u32, first: bool, bits: u32) -> u32 {
  let count = 1u << (params.log - bits);
  return select(count - f, count / 2u, first);
}

fn joined(a: Eight, b: Eight) -> Sixteen {
  return Sixteen(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]);
}

fn lower(v: Sixteen) -> Eight {
  return Eight(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
}

fn upper(v: Sixteen) -> Eight {
  return Eight(v[8], v[9], v[10], v[11], v[12], v[13], v[14], v[15]);
}

fn sums(a: Eight, b: Eight) -> Eight {
  return Eight(a[0] + b[0], a[1] + b[1], a[2] + b[2], a[3] + b[3], a[4] + b[4], a[5] + b[5], a[6] + b[6], a[7] + b[7]);
}

fn differences(a: Eight, b: Eight) -> Eight {
  return Eight(a[0] - b[0], a[1] - b[1], a[2] - b[2], a[3] - b[3], a[4] - b[4], a[5] - b[5], a[6] - b[6], a[7] - b[7]);
}

fn subtract(a: Sixteen, b: Sixteen) -> Sixteen {
  return joined(differences(lower(a), lower(b)), differences(upper(a), upper(b)));
}

const TURN1 = vec2f(0.9807852804032304, -0.19509032201612825);
const TURN2 = vec2f(0.9238795325112867, -0.3826834323650898);
const TURN3 = vec2f(0.8314696123025452, -0.5555702330196022);
const TURN5 = vec2f(0.5555702330196022, -0.8314696123025452);
const TURN6 = vec2f(0.3826834323650898, -0.9238795325112867);
const TURN7 = vec2f(0.19509032201612825, -0.9807852804032304);

/// exp(-2 pi i j / 16) v[j]
fn sixteenths(v: Eight) -> Eight {
  return Eight(
    v[0], cmul(v[1], TURN2), eighth(v[2]), cmul(v[3], TURN6),
    turnBack(v[4]), turnBack(cmul(v[5], TURN2)), threeEighths(v[6]), turnBack(cmul(v[7], TURN6)),
  );
}

/// exp(-2 pi i j / 32) v[j]
fn thirtySeconds(v: Sixteen) -> Sixteen {
  return Sixteen(
    v[0], cmul(v[1], TURN1), cmul(v[2], TURN2), cmul(v[3], TURN3),
    eighth(v[4]), cmul(v[5], TURN5), cmul(v[6], TURN6), cmul(v[7], TURN7),
    turnBack(v[8]), turnBack(cmul(v[9], TURN1)), turnBack(cmul(v[10], TURN2)), turnBack(cmul(v[11], TURN3)),
    threeEighths(v[12]), turnBack(cmul(v[13], TURN5)), turnBack(cmul(v[14], TURN6)), turnBack(cmul(v[15], TURN7)),
  );
}

/// Radix 2 over a run of sixteen.
fn halve(v: Sixteen) -> Sixteen {
  return joined(sums(lower(v), upper(v)), sixteenths(differences(lower(v), upper(v))));
}

/// Its inverse, parts exchanged.
fn unhalve(v: Sixteen) -> Sixteen {
  let odd = sixteenths(upper(v));
  return joined(sums(lower(v), odd), differences(lower(v), odd));
}

/// Halves of runs a and b that mirror each other, brought together or put back.
fn regroup(v: Halves, first: bool) -> Halves {
  if (first) { return v; }
  return Halves(joined(lower(v.near), upper(v.far)), joined(lower(v.far), upper(v.near)));
}

/// The same for halves of sixteen.
fn regroupRuns(v: Runs, first: bool) -> Runs {
  if (first) { return v; }
  return Runs(Halves(v.near.near, v.far.far), Halves(v.far.near, v.near.far));
}

/// Radix 2 over a run of thirty-two.
fn takeApart(v: Halves) -> Halves {
  return Halves(add(v.near, v.far), thirtySeconds(subtract(v.near, v.far)));
}

/// Its inverse, parts exchanged.
fn putTogether(v: Halves) -> Halves {
  let odd = thirtySeconds(v.far);
  return Halves(add(v.near, odd), subtract(v.near, odd));
}

fn spectraOfHalves(v: Halves, first: bool) -> Halves {
  let pairs = regroup(Halves(halve(v.near), halve(v.far)), first);
  return Halves(split(dft8s(pairs.near), first), split(dft8s(pairs.far), false));
}

fn invertHalves(v: Halves, first: bool) -> Halves {
  let pairs = regroup(Halves(dft8s(join(v.near, first)), dft8s(join(v.far, false))), first);
  return Halves(unhalve(pairs.near), unhalve(pairs.far));
}

fn multiplyHalves(x: Halves, g: Halves, f: u32, first: bool) -> Halves {
  return Halves(
    multiply(x.near, g.near, twiddle[f], first),
    multiply(x.far, g.far, twiddle[partner(f, first, 4u)], false),
  );
}

/// Twice the E and O of two runs.
fn spectraOf(v: Runs, first: bool) -> Runs {
  if (RUN == 3u) { return Runs(Halves(split(dft8s(v.near.near), first), Sixteen()), Halves()); }
  if (RUN == 4u) { return Runs(spectraOfHalves(v.near, first), Halves()); }
  let pairs = regroupRuns(Runs(takeApart(v.near), takeApart(v.far)), first);
  return Runs(spectraOfHalves(pairs.near, first), spectraOfHalves(pairs.far, false));
}

/// E and O of a product -> two runs of the inverse, parts exchanged.
fn invert(v: Runs, first: bool) -> Runs {
  if (RUN == 3u) { return Runs(Halves(dft8s(join(v.near.near, first)), Sixteen()), Halves()); }
  if (RUN == 4u) { return Runs(invertHalves(v.near, first), Halves()); }
  let pairs = regroupRuns(Runs(invertHalves(v.near, first), invertHalves(v.far, false)), first);
  return Runs(putTogether(pairs.near), putTogether(pairs.far));
}

/// x g, all in E and O; f is the lowest frequency of the first run.
fn multiplyRuns(x: Runs, g: Runs, f: u32, first: bool) -> Runs {
  if (RUN == 3u) { return Runs(Halves(multiply(x.near.near, g.near.near, twiddle[f], first), Sixteen()), Halves()); }
  if (RUN == 4u) { return Runs(multiplyHalves(x.near, g.near, f, first), Halves()); }
  return Runs(
    multiplyHalves(x.near, g.near, f, first),
    multiplyHalves(x.far, g.far, partner(f, first, 5u), false),
  );
}

fn addRuns(a: Runs, b: Runs) -> Runs {
  return Runs(
    Halves(add(a.near.near, b.near.near), add(a.near.far, b.near.far)),
    Halves(add(a.far.near, b.far.near), add(a.far.far, b.far.far)),
  );
}
