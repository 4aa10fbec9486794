import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { query, startTestCluster, type TestCluster } from '../support/postgres.ts';
import { type Copying, endSessions, fastClock, fourChunks, prepareCopying } from './support/copying.ts';

let cluster: TestCluster;
let copying: Copying | undefined;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterEach(async () => {
  await copying?.close();
  copying = undefined;
});
afterAll(() => cluster.close());

test('a source that ends the session of every snapshot is SnapshotLost, after three snapshots', async () => {
  const it = await prepareCopying(cluster, fourChunks);
  copying = it;
  const staging = it.staging.acting(async (what, key) => {
    if (what !== 'put' || !key.includes('/chunks/')) return;
    const exported = it.events.filter(({ event }) => event === 'snapshot exported');
    await endSessions(it.source, `pid = ${exported.at(-1)?.session}`);
  });
  await expect(it.dump({ staging, clock: fastClock })).rejects.toMatchObject({ name: 'SnapshotLost' });
  expect(it.events.filter(({ event }) => event === 'snapshot exported')).toHaveLength(3);
});

test('a value that the source cannot print is DumpFailed, with the source’s own words', async () => {
  copying = await prepareCopying(
    cluster,
    `CREATE TYPE mood AS ENUM ('calm');
     CREATE FUNCTION mood_text(mood) RETURNS text IMMUTABLE LANGUAGE plpgsql
       AS $$ BEGIN RAISE EXCEPTION 'this mood has no words'; END $$;
     CREATE CAST (mood AS text) WITH FUNCTION mood_text(mood);
     CREATE TABLE diary (id int PRIMARY KEY, m mood);
     INSERT INTO diary VALUES (1, 'calm')`,
  );
  await expect(copying.dump({ clock: fastClock })).rejects.toMatchObject({
    name: 'DumpFailed',
    message: expect.stringContaining('this mood has no words'),
  });
});

test('an index that the target cannot build is RestoreFailed, with the target’s own words', async () => {
  copying = await prepareCopying(
    cluster,
    `CREATE TABLE numbers (id int PRIMARY KEY);
     INSERT INTO numbers SELECT generate_series(1, 10);
     CREATE FUNCTION twice(int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 2';
     -- Finds "twice" only where "public" is searched, which no restore does.
     CREATE FUNCTION doubled(int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN RETURN twice($1); END $$;
     CREATE INDEX ON numbers (doubled(id))`,
  );
  await query(copying.source, 'SELECT doubled(id) FROM numbers');
  await copying.dump();
  await expect(copying.restore({ clock: fastClock })).rejects.toMatchObject({
    name: 'RestoreFailed',
    message: expect.stringMatching(/twice\(integer\) does not exist/),
  });
});
