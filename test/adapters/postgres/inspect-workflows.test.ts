import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { withClient } from '../../../lib/adapters/postgres/connect.ts';
import { inspectWorkflows } from '../../../lib/adapters/postgres/inspect-workflows.ts';
import {
  createDatabase,
  createLogin,
  query,
  startTestCluster,
  type TestCluster,
  type TestLogin,
} from '../../support/postgres.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await startTestCluster();
});
afterAll(() => cluster.close());

const inspect = (login: TestLogin) => withClient(login, { side: 'source', run: 'r', epoch: 1 }, inspectWorkflows);

test('runs without an end are counted by state, and schedules that are on by schedule', async () => {
  const login = await createDatabase(cluster);
  await query(
    login,
    `CREATE TYPE status AS ENUM ('PENDING', 'IN_PROGRESS', 'SUCCESS', 'CANCELLED');
     CREATE TABLE workflow (id int, "isEnabled" boolean, crontab varchar(64), timezone varchar(64));
     INSERT INTO workflow VALUES (1, true, '*/15 * * * *', 'UTC'), (2, true, '*/15 * * * *', 'UTC'),
       (3, false, '0 3 * * *', 'UTC'), (4, true, NULL, NULL), (5, true, '', NULL), (6, true, '0 3 * * *', NULL);
     CREATE TABLE workflow_run (id int, status status, "createdAt" timestamptz, "completedAt" timestamptz);
     INSERT INTO workflow_run VALUES
       (1, 'IN_PROGRESS', now() - interval '2 hours', NULL), (2, 'IN_PROGRESS', now(), NULL), (3, 'PENDING', now(), NULL),
       (4, 'SUCCESS', now(), now()), (5, 'CANCELLED', now(), NULL), (6, 'IN_PROGRESS', now(), now()),
       (7, 'PENDING', now() - interval '61 days', NULL)`,
  );
  const { activity, problems } = await inspect(login);
  expect(activity).toEqual({
    runs: {
      table: 'public.workflow_run',
      open: [
        { status: 'IN_PROGRESS', count: 2, oldest: expect.stringMatching(/^\d{4}-.*Z$/) },
        { status: 'PENDING', count: 1, oldest: expect.any(String) },
      ],
    },
    schedules: [
      { crontab: '*/15 * * * *', timezone: 'UTC', workflows: 2 },
      { crontab: '0 3 * * *', timezone: null, workflows: 1 },
    ],
  });
  const age = Date.now() - Date.parse(activity?.runs?.open[0]?.oldest ?? '');
  expect(age / 3_600_000).toBeCloseTo(2, 0);
  expect(problems).toEqual([]);
});

test('other spellings and fewer columns are enough, in any schema', async () => {
  const login = await createDatabase(cluster);
  await query(
    login,
    `CREATE SCHEMA "Retool";
     CREATE TABLE "Retool".workflows (crontab text, is_enabled boolean);
     INSERT INTO "Retool".workflows VALUES ('0 * * * *', true);
     CREATE TABLE "Retool"."workflowRuns" (status text);
     INSERT INTO "Retool"."workflowRuns" VALUES ('running'), ('completed'), ('Failed')`,
  );
  expect((await inspect(login)).activity).toEqual({
    runs: { table: 'Retool.workflowRuns', open: [{ status: 'running', count: 1, oldest: null }] },
    schedules: [{ crontab: '0 * * * *', timezone: null, workflows: 1 }],
  });
});

test('of tables that tell neither states nor schedules nothing is known, and without any nothing at all', async () => {
  const login = await createDatabase(cluster);
  expect(await inspect(login)).toEqual({ activity: null, problems: [] });
  await query(login, 'CREATE TABLE workflow (id int); CREATE TABLE workflow_run (id int)');
  expect((await inspect(login)).activity).toEqual({ runs: null, schedules: null });
});

test('a table that the login may not read is a problem, and the others are read', async () => {
  const owner = await createDatabase(cluster);
  await query(owner, 'CREATE TABLE workflow (crontab text); CREATE TABLE workflow_run (status text)');
  const reader = await createLogin(cluster, 'reader', { database: owner.database });
  await query(owner, 'GRANT SELECT ON workflow TO reader');
  const { activity, problems } = await inspect(reader);
  expect(activity).toEqual({ runs: null, schedules: [] });
  expect(problems).toMatchObject([{ kind: 'not-looked', where: 'public.workflow_run' }]);
});

test.each([
  ['words', '"createdAt" text', "'soon'"],
  ['JSON', '"createdAt" json', "'{}'"],
])('a table that keeps %s as its moments is a problem, and the others are read', async (_, column, value) => {
  const login = await createDatabase(cluster);
  await query(
    login,
    `CREATE TABLE workflow (crontab text); CREATE TABLE workflow_run (status text, ${column});
     INSERT INTO workflow_run VALUES ('running', ${value})`,
  );
  const { activity, problems } = await inspect(login);
  expect(activity).toEqual({ runs: null, schedules: [] });
  expect(problems).toMatchObject([
    { kind: 'not-looked', where: 'public.workflow_run', what: expect.stringContaining('SQLSTATE 42883') },
  ]);
});
