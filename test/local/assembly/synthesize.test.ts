import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { contentDigest, synthesize } from '../../../lib/local/assembly/synthesize.ts';
import { writeCheckout } from '../../support/assembly.ts';

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'passage-synthesize-'));
  writeCheckout(checkout);
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(checkout, path)), { recursive: true });
  writeFileSync(join(checkout, path), text);
};

test('an assembly is made once for the same content', async () => {
  const said: string[] = [];
  const say = (line: string) => void said.push(line);
  const first = await synthesize({ checkout, say });
  expect(existsSync(join(first, 'manifest.json'))).toBe(true);
  expect(await synthesize({ checkout, say })).toBe(first);
  expect(said).toHaveLength(1);
});

test('what the stacks are made of changes the digest; what only reads them does not', () => {
  const digests = [contentDigest(checkout)];
  for (const path of ['lambdas/one/handler.ts', 'statemachines/one/definition.asl.json', 'lib/domain/rule.ts']) {
    write(path, '1');
    digests.push(contentDigest(checkout));
    write(path, '2');
    digests.push(contentDigest(checkout));
  }
  expect(new Set(digests).size).toBe(digests.length);
  write('lib/local/s3/s3.ts', '1');
  write('lib/commands/main.ts', '1');
  write('docs/design.md', '1');
  expect(contentDigest(checkout)).toBe(digests.at(-1));
  write('elsewhere/mine.json', '{}');
  expect(contentDigest(checkout, 'elsewhere')).not.toBe(digests.at(-1));
});

test('stacks that do not synthesize are refused with what the synthesis said, and leave nothing', async () => {
  write('bin/app.ts', 'throw new Error("Each task needs a handler");');
  await expect(synthesize({ checkout })).rejects.toThrow(/cannot be synthesized.*Each task needs a handler/s);
  expect(existsSync(join(checkout, 'cdk.out', 'local', contentDigest(checkout).slice(0, 16)))).toBe(false);
});
