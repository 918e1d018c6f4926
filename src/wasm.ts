export * from './errors.js';
export { type CpuOptions, Cpu, openCpu } from './wasm/cpu.js';
export { Tensor } from './wasm/tensor.js';
