import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { Gpu } from '../src/node.js';

/** The adapter behind a GPU backend, as the driver names itself. */
export interface GpuInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly software: boolean;
  readonly features: readonly string[];
  readonly workgroupBytes: number;
}

/** Where a result was measured. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly os: string;
  readonly runtime: string;
  readonly relaxedSimd: boolean;
  readonly load: number;
  readonly gpu?: GpuInfo;
}

export function gpuInfo(gpu: Gpu): GpuInfo {
  const { vendor, architecture, device, description } = gpu.device.adapterInfo;
  return {
    vendor,
    architecture,
    device,
    description,
    software: gpu.software,
    features: [...gpu.device.features].sort(),
    workgroupBytes: gpu.device.limits.maxComputeWorkgroupStorageSize,
  };
}

export function machine(relaxedSimd: boolean, gpu?: GpuInfo): Machine {
  const cpus = os.cpus();
  return {
    cpu: `${cpus[0]?.model ?? 'unknown'}${flags()}`,
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    runtime: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
    relaxedSimd,
    load: os.loadavg()[0] as number,
    ...(gpu === undefined ? {} : { gpu }),
  };
}

/** Vector extensions, where Linux tells. */
function flags(): string {
  try {
    const info = readFileSync('/proc/cpuinfo', 'utf8');
    const found = ['avx2', 'fma', 'avx512f'].filter((flag) => info.includes(` ${flag} `));
    return found.length > 0 ? ` (${found.join(', ')})` : '';
  } catch {
    return '';
  }
}

/** The machine in one line. */
export function machineLine({ cpu, cores, memoryGiB, os: system, runtime, relaxedSimd, load, gpu }: Machine): string {
  const simd = relaxedSimd ? 'relaxed SIMD' : 'baseline SIMD';
  const adapter =
    gpu === undefined ? '' : `; GPU ${gpu.description || gpu.device}${gpu.software ? ' (software, not comparable)' : ''}`;
  return `${cores} x ${cpu}, ${memoryGiB} GiB, ${system}, ${runtime}, ${simd}, load ${load.toFixed(1)}${adapter}`;
}
