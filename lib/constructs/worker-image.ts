import { copyFileSync, cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { FileSystem, Stack } from 'aws-cdk-lib';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Construct } from 'constructs';
import { buildSync } from 'esbuild';
import { esm, PROJECT } from './esm.ts';

const DOCKERFILE = join(PROJECT, 'lib/copier/Dockerfile');
const ENTRY = join(PROJECT, 'lib/copier/worker.ts');

/**
 * The copier's container image: its Dockerfile beside `worker.mjs` and `lib/sql`. Only staged here; the deployment builds it. One
 * image for Fargate and for the target's nodes, so it is built for the architecture that both have by default.
 */
export class WorkerImage extends Construct {
  readonly asset: DockerImageAsset;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const directory = FileSystem.mkdtemp('passage-worker-');
    try {
      copyFileSync(DOCKERFILE, join(directory, 'Dockerfile'));
      cpSync(join(PROJECT, 'lib/sql'), join(directory, 'sql'), { recursive: true });
      if (Stack.of(this).bundlingRequired) bundleWorker(directory);
      this.asset = new DockerImageAsset(this, 'Asset', { directory, platform: Platform.LINUX_AMD64 });
    } finally {
      rmSync(directory, { recursive: true });
    }
  }
}

function bundleWorker(directory: string): void {
  if (!existsSync(ENTRY)) throw new Error(`The copier has no entry point: ${ENTRY} is missing.`);
  const { outputFiles } = buildSync({ ...esm, entryPoints: [ENTRY], outdir: join(PROJECT, 'out') });
  for (const { path, contents } of outputFiles) writeFileSync(join(directory, basename(path)), contents);
}
