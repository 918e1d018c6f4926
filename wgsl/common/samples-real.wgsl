// Real samples as complex numbers. Interchangeable with samples-complex.wgsl.

alias sample = f32;

fn fromSample(x: sample) -> vec2f {
  return vec2f(x, 0.0);
}

fn toSample(x: vec2f) -> sample {
  return x.x;
}
