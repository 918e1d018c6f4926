/** A storage or uniform buffer of a kernel, as declared in its WGSL. */
export interface Binding {
  readonly index: number;
  readonly name: string;
  readonly type: 'uniform' | 'storage' | 'read-only-storage';
}

/** A GPU program with one entry point, `main`. Its interface is read off its text. */
export interface Kernel {
  /** `family/file`: what labels, errors and timings call it. */
  readonly name: string;
  readonly code: string;
  readonly bindings: readonly Binding[];
  /** Scalars of `struct Params`, in order. */
  readonly params: readonly { readonly name: string; readonly type: 'u32' | 'i32' | 'f32' }[];
}

const BINDING =
  /@group\(0\)\s*@binding\((\d+)\)\s*var<\s*(uniform|storage)\s*(?:,\s*(read|read_write)\s*)?>\s*(\w+)\s*:/g;

/**
 * Make a kernel from WGSL fragments, which are joined as they stand.
 *
 * @param name - `family/file`.
 * @param parts - fragments in any order, and the file with the entry point `main`.
 */
export function kernel(name: string, ...parts: readonly string[]): Kernel {
  const code = parts.join('\n');
  const bindings = [...code.matchAll(BINDING)].map(([, index, space, access, id]): Binding => ({
    index: Number(index),
    name: id as string,
    type: space === 'uniform' ? 'uniform' : access === 'read_write' ? 'storage' : 'read-only-storage',
  }));
  const body = /struct Params\s*\{([^}]*)\}/.exec(code)?.[1] ?? '';
  const params = [...body.matchAll(/(\w+)\s*:\s*(u32|i32|f32)/g)].map(([, id, type]) => ({
    name: id as string,
    type: type as 'u32' | 'i32' | 'f32',
  }));
  return { name, code, bindings, params };
}
