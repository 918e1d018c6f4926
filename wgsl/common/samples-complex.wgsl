// Complex samples. Interchangeable with samples-real.wgsl.

alias sample = vec2f;

fn fromSample(x: sample) -> vec2f {
  return x;
}

fn toSample(x: vec2f) -> sample {
  return x;
}
