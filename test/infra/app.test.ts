import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { folderOf, lambdaNames } from '../../lib/workflow/registry.ts';

/** The entry as a process of its own, without credentials and with nothing but what a clone has. */
function synthesize(directory: string, context: object = {}) {
  const { status, stderr } = spawnSync(process.execPath, ['bin/app.ts'], {
    env: {
      PATH: process.env.PATH,
      CDK_OUTDIR: join(directory, 'cdk.out'),
      CDK_VALIDATION: 'false',
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
    encoding: 'utf8',
  });
  return { status, stderr, out: join(directory, 'cdk.out') };
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'passage-app-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

describe('the app', () => {
  test('synthesizes without an account, with nothing left for cdk-nag to say, and each handler can be loaded', async () => {
    const { status, stderr, out } = synthesize(directory);
    expect([status, stderr.replace(/^Bundling asset.*\n/, '')]).toEqual([0, '']);

    const { files, dockerImages } = JSON.parse(readFileSync(join(out, 'Passage.assets.json'), 'utf8'));
    const [code] = Object.values(files as Record<string, { source: { path: string; packaging: string } }>).filter(
      ({ source }) => source.packaging === 'zip',
    );
    for (const name of lambdaNames) {
      const file = pathToFileURL(join(out, code!.source.path, `${folderOf(name)}.mjs`));
      const { handler } = (await import(file.href)) as { handler: unknown };
      expect([name, typeof handler]).toEqual([name, 'function']);
    }
    const [image] = Object.values(dockerImages as Record<string, { source: { directory: string } }>);
    expect(readdirSync(join(out, image!.source.directory)).sort()).toEqual([
      'Dockerfile',
      'sql',
      'worker.mjs',
      'worker.mjs.map',
    ]);
  });

  test('refuses settings and migrations that are wrong, and says which field of which file', () => {
    const noBundling = { 'aws:cdk:bundling-stacks': [] };
    const settings = synthesize(directory, { ...noBundling, passage: { mailFrom: 'nobody' } });
    expect(settings.status).not.toBe(0);
    expect(settings.stderr).toContain('context.passage.mailFrom: must be an e-mail address');

    const migration = JSON.parse(readFileSync('migrations/acme-retool.json', 'utf8'));
    migration.dns.hostedZoneId = 'example.com';
    writeFileSync(join(directory, 'acme-retool.json'), JSON.stringify(migration));
    const migrations = synthesize(directory, { ...noBundling, migrations: directory });
    expect(migrations.status).not.toBe(0);
    expect(migrations.stderr).toContain('acme-retool.json: dns.hostedZoneId: must be a hosted zone id');
    expect(existsSync(join(directory, 'cdk.out'))).toBe(true);
  });
});
