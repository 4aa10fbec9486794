import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** What the assembly is made of, in the checkout. */
const SOURCES = ['bin', 'lib', 'lambdas', 'statemachines', 'package.json', 'package-lock.json', 'cdk.json'];
/** One reads the assembly, the other has it read: no assembly depends on them. */
const READERS = [join('lib', 'local'), join('lib', 'commands')];
/** Assemblies that are kept: another command may still run from an older one. */
const KEPT = 4;

/**
 * The cloud assembly of a checkout, synthesized only when its content changed since the last time: no network, no
 * credentials. Throws with the end of what the synthesis said when it fails.
 *
 * @returns the directory that holds its `manifest.json`
 */
export async function synthesize(options: {
  readonly checkout: string;
  /** A folder of migrations to deploy instead of the checkout's own. */
  readonly migrations?: string;
  /** Told when a synthesis begins, which takes some seconds. */
  readonly say?: (line: string) => void;
}): Promise<string> {
  // Folders of their own: `cdk synth` and `cdk deploy` write other stages to cdk.out itself.
  const cache = join(options.checkout, 'cdk.out', 'local');
  const directory = join(cache, contentDigest(options.checkout, options.migrations).slice(0, 16));
  if (existsSync(join(directory, 'manifest.json'))) return directory;
  options.say?.('Synthesizing the stacks');
  const next = `${directory}.${process.pid}`;
  try {
    await run(options.checkout, next, options.migrations);
    renameSync(next, directory);
  } catch (error) {
    rmSync(next, { recursive: true, force: true });
    // Another command was as fast, from the same content.
    if (!existsSync(join(directory, 'manifest.json'))) throw error;
  }
  removeOldest(cache);
  return directory;
}

function removeOldest(cache: string): void {
  const byAge = readdirSync(cache)
    .map((name) => ({ path: join(cache, name), made: statSync(join(cache, name)).mtimeMs }))
    .sort((a, b) => b.made - a.made);
  for (const { path } of byAge.slice(KEPT)) rmSync(path, { recursive: true, force: true });
}

/** SHA-256 over the names and contents of all that the assembly is made of. */
export function contentDigest(checkout: string, migrations = 'migrations'): string {
  const hash = createHash('sha256');
  const add = (path: string) => {
    const file = resolve(checkout, path);
    if (READERS.includes(path) || !existsSync(file)) return;
    const entries = directoryEntries(file);
    if (entries) for (const entry of entries) add(join(path, entry));
    else {
      const content = readFileSync(file);
      hash.update(`${path}\0${content.length}\0`).update(content);
    }
  };
  for (const source of [...SOURCES, migrations]) add(source);
  return hash.digest('hex');
}

function directoryEntries(path: string): string[] | undefined {
  try {
    return readdirSync(path).sort();
  } catch {
    return undefined;
  }
}

function run(checkout: string, output: string, migrations: string | undefined): Promise<void> {
  const context = migrations ? { CDK_CONTEXT_JSON: JSON.stringify({ migrations: resolve(checkout, migrations) }) } : {};
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join('bin', 'app.ts')], {
      cwd: checkout,
      // The validation plugin takes six seconds to start and has had its say before a commit.
      env: { ...process.env, CDK_OUTDIR: output, CDK_VALIDATION: 'false', NODE_OPTIONS: '', ...context },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let said = '';
    const keep = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('exit', (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(`The stacks cannot be synthesized. Run \`npm run synth\` to see why; it ended with:\n${said}`),
        );
    });
  });
}
