import { readFileSync } from 'node:fs';
import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { PROJECT } from '../lib/constructs/esm.ts';
import { PassageStack } from '../lib/stacks/passage-stack.ts';
import { loadMigrations } from '../lib/workflow/migrations.ts';
import { readSettings } from '../lib/workflow/settings.ts';

// The CDK command line hands over the context of cdk.json by itself; started directly, the app reads it here.
const { context } = JSON.parse(readFileSync(new URL('../cdk.json', import.meta.url), 'utf8'));
const app = new App({ context });
Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
new PassageStack(app, 'Passage', {
  description: 'Carries a self-hosted application to its new home on AWS.',
  settings: readSettings(app.node.tryGetContext('passage')),
  migrations: loadMigrations(app.node.tryGetContext('migrations') ?? `${PROJECT}migrations`),
});
app.synth();
