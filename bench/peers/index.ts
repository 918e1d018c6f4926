/** @file What a user would pick instead. Each file says how it is called; it loads the library when it is prepared. */
import type { BenchCase, BenchOptions, Contender, Prepared } from '../contender.js';
import { cpuName } from '../devices.js';
import type { LongconvCase } from '../longconv.bench.js';
import type { MatmulCase } from '../matmul.bench.js';

/** A peer's two operations; what it lacks is undefined. */
export interface Peer {
  /** With what tells its contenders apart. */
  readonly name: string;
  readonly backend: 'wasm' | 'webgpu';
  /** Threads it uses; 0 for a GPU. */
  readonly threads: number;
  readonly longconv?: (size: LongconvCase) => Promise<Prepared>;
  readonly matmul?: (size: MatmulCase) => Promise<Prepared>;
}

async function peers({ backends, threads }: BenchOptions): Promise<Peer[]> {
  const modules = await Promise.all([
    import('./fft-js.js'),
    import('./pffft.js'),
    import('./tfjs.js'),
    import('./jax-js.js'),
    import('./onnxruntime-web.js'),
  ]);
  return modules
    .flatMap(({ peers }) => peers)
    .filter((peer) => backends.includes(peer.backend) && (peer.threads <= 1 || threads.includes(peer.threads)));
}

function contenders<C extends BenchCase>(
  found: readonly Peer[],
  pick: (peer: Peer) => ((size: C) => Promise<Prepared>) | undefined,
): Contender<C>[] {
  return found.flatMap((peer) => {
    const prepare = pick(peer);
    const device = peer.backend === 'webgpu' ? 'webgpu' : cpuName(peer.threads);
    return prepare === undefined ? [] : [{ name: peer.name, device, peer: true, prepare }];
  });
}

export async function longconvPeers(options: BenchOptions): Promise<Contender<LongconvCase>[]> {
  return contenders(await peers(options), ({ longconv }) => longconv);
}

export async function matmulPeers(options: BenchOptions): Promise<Contender<MatmulCase>[]> {
  return contenders(await peers(options), ({ matmul }) => matmul);
}
