import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const { exports, bin } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')) as {
  exports: Record<string, string | { default: string }>;
  bin: Record<string, string>;
};

/** dist mirrors the source tree, so every published file names its own source. */
const entries = [...Object.values(exports).map((e) => (typeof e === 'string' ? e : e.default)), ...Object.values(bin)]
  .filter((path) => path.startsWith('./dist/'))
  .map((path) => path.replace('./dist/', '').replace(/\.js$/, '.ts'));

/** SwiftShader takes minutes to compile each of the convolution and butterfly kernels for hardware; lavapipe runs them. */
const exclude = ['test/longconv-hardware.test.ts', 'test/butterfly-hardware.test.ts'];

export default defineConfig({
  assetsInclude: ['**/*.wasm'],
  // The README's snippets import the package by its name.
  resolve: {
    alias: [
      { find: /^longwave$/, replacement: fileURLToPath(new URL('src/index.ts', import.meta.url)) },
      { find: /^longwave\/(wasm|node|nn)$/, replacement: fileURLToPath(new URL('src/$1.ts', import.meta.url)) },
    ],
  },
  build: {
    target: 'es2022',
    minify: false,
    sourcemap: true,
    lib: { entry: entries, formats: ['es'] },
    rolldownOptions: {
      // The helper behind `using` becomes part of dist: it is a module that only the bundler knows.
      external: [/^(?!@oxc-project\/runtime)[^./\0]/],
      output: { preserveModules: true, preserveModulesRoot: '.', entryFileNames: '[name].js' },
    },
  },
  test: {
    pool: 'forks',
    // Node 20 has relaxed SIMD behind a flag; the tests run both builds of the module.
    execArgv: process.version.startsWith('v20.') ? ['--experimental-wasm-relaxed-simd'] : [],
    globalSetup: 'test/support/setup.ts',
    // Compiling shaders for a software GPU takes most of the time, and keeps one core busy.
    maxWorkers: '100%',
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One process can load one Vulkan driver: the kernels' tests run a second time for the second one.
    projects: [
      { extends: true, test: { name: 'swiftshader', include: ['test/**/*.test.ts'], exclude } },
      {
        extends: true,
        test: {
          name: 'lavapipe',
          include: [
            'test/{longconv,longconv-hardware,butterfly-hardware,fft,s4d,s4,kernels,butterfly,dplr}.test.ts',
            'test/{matmul,dense,norm,optim,dropout}.test.ts',
            'test/golden*.test.ts',
          ],
          env: { LONGWAVE_VK: 'lavapipe' },
        },
      },
    ],
  },
});
