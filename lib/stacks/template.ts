import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { PROJECT } from '../constructs/esm.ts';
import { loadMigrations } from '../workflow/migrations.ts';
import { readSettings } from '../workflow/settings.ts';
import { PassageStack } from './passage-stack.ts';

interface TemplateResource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

/**
 * The resources that a deployment of this checkout would make, by logical id, with the settings of `cdk.json` and the
 * migrations that it deploys. Nothing is bundled, which no permission depends on: seconds instead of ten.
 */
export function templateResources(): Readonly<Record<string, TemplateResource>> {
  const { context } = JSON.parse(readFileSync(join(PROJECT, 'cdk.json'), 'utf8'));
  const outdir = mkdtempSync(join(tmpdir(), 'passage-template-'));
  try {
    const app = new App({ outdir, analyticsReporting: false, context: { ...context, 'aws:cdk:bundling-stacks': [] } });
    const stack = new PassageStack(app, 'Passage', {
      settings: readSettings(app.node.tryGetContext('passage')),
      migrations: loadMigrations(app.node.tryGetContext('migrations') ?? join(PROJECT, 'migrations')),
    });
    return app.synth().getStackArtifact(stack.artifactId).template.Resources;
  } finally {
    rmSync(outdir, { recursive: true });
  }
}
