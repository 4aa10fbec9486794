import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { ownSourceMap } from '../../lib/constructs/own-source-map.ts';

let directory: string;
let code: string;
let whole: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'passage-source-map-'));
  for (const name of ['first', 'second']) {
    writeFileSync(
      join(directory, `${name}.ts`),
      `import { z } from 'zod';\n\nexport const ${name} = z.literal('${name}');\nexport const refuse_${name} = () => {\n  throw new Error('${name}');\n};\n`,
    );
  }
  writeFileSync(join(directory, 'index.ts'), "export * from './first.ts';\nexport * from './second.ts';\n");
  const { outputFiles } = buildSync({
    entryPoints: [join(directory, 'index.ts')],
    outdir: directory,
    nodePaths: [join(process.cwd(), 'node_modules')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    minify: true,
    sourcemap: true,
    sourcesContent: false,
  });
  whole = outputFiles.find(({ path }) => path.endsWith('.map'))!.text;
  code = outputFiles.find(({ path }) => path.endsWith('.js'))!.text;
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const open = (text: string) => new SourceMap(JSON.parse(text));
const isOurs = (source: string) => /^(first|second)\.ts$/.test(source);

test('every place of ours is found where it was, and no other', () => {
  const [before, after] = [open(whole), open(ownSourceMap(whole))];
  let found = 0;
  code.split('\n').forEach((text, line) => {
    for (let column = 0; column < text.length; column += 1) {
      const was = before.findEntry(line, column);
      const is = after.findEntry(line, column);
      const place = (entry: typeof was) =>
        'originalSource' in entry && isOurs(entry.originalSource)
          ? [entry.originalSource, entry.originalLine, entry.originalColumn, (entry as { name?: string }).name]
          : null;
      const expected = place(was);
      if (expected) found += 1;
      // Thousands of columns: an assertion each would take a minute.
      if (JSON.stringify(place(is)) !== JSON.stringify(expected))
        expect({ line, column, place: place(is) }).toEqual({ line, column, place: expected });
    }
  });
  expect(found).toBeGreaterThan(100);
});

test('most of the map is gone with the dependencies', () => {
  expect(ownSourceMap(whole).length).toBeLessThan(whole.length / 10);
});
