// Sum and maximum over a workgroup of WG invocations, in an order that is always the same.
// Every invocation gets the result; all must call.
//
// Workgroup memory: 8 WG bytes.

override WG: u32 = 256u;  // power of two

var<workgroup> partial: array<vec2f, WG>;

/// Two sums at once.
fn reduceSum(x: vec2f, lid: u32) -> vec2f {
  // the call before may still be read
  workgroupBarrier();
  partial[lid] = x;
  for (var span = WG / 2u; span > 0u; span >>= 1u) {
    workgroupBarrier();
    if (lid < span) { partial[lid] += partial[lid + span]; }
  }
  workgroupBarrier();
  return partial[0];
}

fn reduceMax(x: f32, lid: u32) -> f32 {
  workgroupBarrier();
  partial[lid] = vec2f(x);
  for (var span = WG / 2u; span > 0u; span >>= 1u) {
    workgroupBarrier();
    if (lid < span) { partial[lid] = max(partial[lid], partial[lid + span]); }
  }
  workgroupBarrier();
  return partial[0].x;
}
