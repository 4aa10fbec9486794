import { fileURLToPath } from 'node:url';
import type { BuildOptions } from 'esbuild';

/** The root of the checkout. */
export const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

/** How everything that runs on AWS is bundled. */
export const esm = {
  absWorkingDir: PROJECT,
  bundle: true,
  write: false,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  logLevel: 'error',
  // Optional native parts of pg and ws, asked for in a try.
  external: ['pg-native', 'bufferutil', 'utf-8-validate'],
  // Dependencies in CommonJS still call require() for Node's own modules.
  banner: {
    js: "import{createRequire as passageCreateRequire}from'node:module';const require=passageCreateRequire(import.meta.url);",
  },
} as const satisfies BuildOptions & { write: false };
