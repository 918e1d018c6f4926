// The entries of one channel of [B, H, L], in parts: a workgroup takes `chunk` of the B L elements of channel h.
//
// Uses: of Params H, L (in elements), n = B L (in elements), chunk and parts.

struct Part {
  h: u32,
  part: u32,
  begin: u32,
  end: u32,
}

fn partOf(id: u32) -> Part {
  let part = id % params.parts;
  return Part(id / params.parts, part, part * params.chunk, min(params.n, (part + 1u) * params.chunk));
}

/// Where element i of channel h lies.
fn channelElement(h: u32, i: u32) -> u32 {
  let b = i / params.L;
  return (b * params.H + h) * params.L + (i - b * params.L);
}
