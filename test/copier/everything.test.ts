import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { strange } from './corpus/names.ts';
import { programs } from './corpus/programs.ts';
import { tables } from './corpus/tables.ts';
import type { Theme } from './corpus/theme.ts';
import { values } from './corpus/values.ts';
import { type Copying, prepareCopying } from './support/copying.ts';
import { schemaOf } from './support/schema-of.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(() => copying?.close());
afterAll(() => cluster?.close());

describe('what an ordinary login can make arrives', () => {
  test.each<[string, Theme]>([
    ['values of every type', values],
    ['tables of every shape', tables],
    ['programs, and comments on everything', programs],
    ['strange names, and 1,600 columns', strange],
  ])('%s', async (_, theme) => {
    copying = await prepareCopying(cluster, theme.statements);
    await Promise.all([copying.dump(), copying.restore()]);
    expect(await copying.differences()).toEqual([]);
    expect(schemaOf(copying.target)).toEqual(schemaOf(copying.source));
    for (const question of theme.questions) {
      expect({ question, rows: await query(copying.target, question) }).toEqual({
        question,
        rows: await query(copying.source, question),
      });
    }
  });
});
