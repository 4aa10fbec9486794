import { expect, test } from '@jest/globals';
import { targetReplicas } from '../../lib/domain/target-replicas.ts';
import { source } from '../support/run-documents.ts';
import { scaling } from './preflight/world.ts';

const [web] = source().services;
const running = (...services: Partial<NonNullable<typeof web>>[]) =>
  source({ services: services.map((more, index) => ({ ...web!, service: `s${index}`, ...more })) });

test.each([
  ['as many pods as tasks', running({ roles: ['main-backend'], desiredCount: 6 }), 'main-backend', 0, 6],
  [
    'those of every service of the role',
    running({ roles: ['main-backend'], desiredCount: 2 }, { roles: ['main-backend', 'dbconnector'], desiredCount: 3 }),
    'main-backend',
    0,
    5,
  ],
  ['no fewer than there are', running({ roles: ['main-backend'], desiredCount: 2 }), 'main-backend', 4, 4],
  [
    'what autoscaling keeps at least',
    running({ roles: ['main-backend'], desiredCount: 1, autoscaling: scaling({ min: 3, max: 9, scheduled: [] }) }),
    'main-backend',
    0,
    3,
  ],
  ['one where the source stands still', running({ roles: ['main-backend'], desiredCount: 0 }), 'main-backend', 0, 1],
  ['one where the source has no such service', running({ roles: ['main-backend'] }), 'code-executor', 0, 1],
  [
    'one jobs runner, whatever the source has',
    running({ roles: ['jobs-runner'], desiredCount: 3 }),
    'jobs-runner',
    0,
    1,
  ],
] as const)('a deployment starts with %s', (_, findings, role, replicas, expected) => {
  expect(targetReplicas(findings, { role, replicas })).toBe(expected);
});
