import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { buildSync } from 'esbuild';
import { folderOf, lambdaNames } from '../workflow/registry.ts';
import { esm, PROJECT } from './esm.ts';
import { ownSourceMap } from './own-source-map.ts';

const OUT = join(PROJECT, 'out');

/**
 * The code of all functions in one asset: one call of esbuild, shared chunks, one entry `<folder>.mjs` a task. The
 * asset's name follows from its content alone. A task without a handler fails the synthesis by name.
 */
export function handlerBundle(): lambda.Code {
  return lambda.Code.fromAsset(join(PROJECT, 'lambdas'), {
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // Never pulled: the local bundling below always succeeds or throws.
      image: DockerImage.fromRegistry('scratch'),
      local: {
        tryBundle(directory) {
          bundleHandlers(directory);
          return true;
        },
      },
    },
  });
}

function bundleHandlers(directory: string): void {
  const files = lambdaNames.map((name) => ({
    name,
    out: folderOf(name),
    in: join(PROJECT, 'lambdas', folderOf(name), 'handler.ts'),
  }));
  const missing = files.filter((file) => !existsSync(file.in));
  if (missing.length > 0) {
    const list = missing.map((file) => `${file.name}: ${relative(PROJECT, file.in)}`);
    throw new Error(`Each task of kind lambda needs a handler file. Missing:\n${list.join('\n')}`);
  }
  const { outputFiles } = buildSync({
    ...esm,
    entryPoints: files.map(({ in: from, out }) => ({ in: from, out })),
    splitting: true,
    chunkNames: 'chunks/[name]-[hash]',
    outdir: OUT,
  });
  // Written by hand, because source maps hold paths relative to `outdir`, and the asset's own folder varies.
  for (const { path, contents, text } of outputFiles) {
    const file = join(directory, relative(OUT, path));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, path.endsWith('.map') ? ownSourceMap(text) : contents);
  }
  // Statements, programs for people and the runbook are read from files, found beside the chunks.
  cpSync(join(PROJECT, 'lib/sql'), join(directory, 'sql'), { recursive: true });
  cpSync(join(PROJECT, 'lib/programs'), join(directory, 'programs'), { recursive: true });
  cpSync(join(PROJECT, 'docs/runbook.md'), join(directory, 'runbook.md'));
}
