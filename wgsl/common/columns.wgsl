// A workgroup of COLUMNS x SLICES invocations works on COLUMNS neighbouring columns of [B, H, L], one for each (b, l);
// each column's features are dealt out to SLICES invocations.
//
// Uses: lanes-1.wgsl or lanes-4.wgsl. Workgroup memory: 4 LANES COLUMNS SLICES bytes; without slices no barrier.

override COLUMNS: u32 = 32u;
override SLICES: u32 = 8u;  // power of two

var<workgroup> slices: array<elem, COLUMNS * SLICES>;

/// Sum over the slices of a column, in an order that is always the same. All invocations must call.
fn sumSlices(x: elem, lid: u32) -> elem {
  if (SLICES == 1u) { return x; }
  // the call before may still be read
  workgroupBarrier();
  slices[lid] = x;
  for (var span = SLICES / 2u; span > 0u; span >>= 1u) {
    workgroupBarrier();
    if (lid < span * COLUMNS) { slices[lid] += slices[lid + span * COLUMNS]; }
  }
  workgroupBarrier();
  return slices[lid % COLUMNS];
}
