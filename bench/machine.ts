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
  /** Whether WebAssembly has fused multiply-add; undefined where it was not timed. */
  readonly relaxedSimd?: boolean | undefined;
  readonly load: number;
  readonly gpu?: GpuInfo | undefined;
}

/** What the driver tells of itself. */
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

/** The machine that this runs on, with what only its open devices tell. */
export function machine(relaxedSimd: boolean | undefined, gpu: GpuInfo | undefined): Machine {
  const cpus = os.cpus();
  return {
    cpu: `${cpus[0]?.model ?? 'unknown'}${flags()}`,
    cores: cpus.length,
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    runtime: `Node ${process.versions.node} (V8 ${process.versions.v8})`,
    relaxedSimd,
    load: os.loadavg()[0] as number,
    gpu,
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
  const facts = [`${cores} x ${cpu}`, `${memoryGiB} GiB`, system, runtime];
  if (relaxedSimd !== undefined) facts.push(relaxedSimd ? 'relaxed SIMD' : 'baseline SIMD');
  facts.push(`load ${load.toFixed(1)}`);
  if (gpu === undefined) return facts.join(', ');
  const name = gpu.description || gpu.device;
  return `${facts.join(', ')}; GPU ${name}${gpu.software ? ' (software, not comparable)' : ''}`;
}
