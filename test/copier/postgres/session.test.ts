import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestCluster, type TestCluster } from '../../support/postgres.ts';
import { type Copying, fastClock, fourChunks, prepareCopying } from '../support/copying.ts';

let cluster: TestCluster;
let copying: Copying;
beforeAll(async () => {
  cluster = await startTestCluster();
});
beforeEach(async () => {
  copying = await prepareCopying(cluster, fourChunks);
});
afterEach(() => copying.close());
afterAll(() => cluster?.close());

describe('what cannot be reached or entered', () => {
  test.each([
    [
      'a wrong password at the source',
      () => copying.dump({}, { database: { password: 'wrong' } }),
      'SourceLoginRefused',
    ],
    ['a missing source database', () => copying.dump({}, { database: { database: 'nowhere' } }), 'SourceLoginRefused'],
    ['a closed port at the source', () => copying.dump({}, { database: { port: 1 } }), 'SourceUnreachable'],
    ['a source without TLS', () => copying.dump({}, { database: { ssl: 'require' } }), 'SourceUnreachable'],
    [
      'a wrong password at the target',
      () => copying.dump().then(() => copying.restore({ clock: fastClock }, { database: { password: 'wrong' } })),
      'TargetLoginRefused',
    ],
    [
      'a closed port at the target',
      () => copying.dump().then(() => copying.restore({ clock: fastClock }, { database: { port: 1 } })),
      'TargetUnreachable',
    ],
  ])('%s has a declared name and betrays no password', async (_, attempt, name) => {
    const error = await attempt().then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(error).toMatchObject({ name });
    expect(`${error?.message} ${JSON.stringify(copying.events)}`).not.toContain(copying.source.password);
    expect(error?.message).not.toContain('wrong');
  });
});
