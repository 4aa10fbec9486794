import { type Cases, server, withDatabases } from '../world.ts';

const GB = 1e9;
/** The source holds 10 GB, so the copy needs 15. */
const onto = (...[more]: Parameters<typeof server>) => withDatabases({ sizeBytes: 10 * GB }, { server: server(more) });
const free = (bytes: number) => ({ bytes, at: '2026-03-01T11:59:00.000Z' });
const volume = { type: 'gp3', allocatedBytes: 20 * 2 ** 30, mostBytes: null };
const aurora = { engine: 'aurora-postgresql', storage: { type: 'aurora', allocatedBytes: null, mostBytes: null } };
const table = { table: 'public.a', kind: 'table' as const, rows: null, primaryKey: true, unlogged: false };

export const cases: Cases = {
  'a server that RDS does not know says how much is needed': {
    given: withDatabases({}, { server: null }),
    severity: 'INFO',
    says: /60 MB.*90 MB/,
  },
  'an Aurora that could not be looked at': {
    given: withDatabases({}, { server: null, provider: 'aurora' }),
    severity: 'INFO',
    says: /Aurora/,
  },
  'room for data, indexes being sorted and the log': {
    given: onto({ free: free(16 * GB) }),
    severity: 'PASS',
    says: /acme has 16 GB free of 21.5 GB.*needs about 15 GB/,
  },
  'room for the data, but not for what comes with it': {
    given: onto({ free: free(12 * GB) }),
    severity: 'WARNING',
    // 20 GiB and 3 GB are 22.8 GiB.
    says: /acme --allocated-storage 23 /,
  },
  'no room for the data': { given: onto({ free: free(9 * GB) }), severity: 'BLOCKER', says: /9 GB free/ },
  'RDS enlarges by a tenth at least': {
    given: withDatabases({ sizeBytes: GB }, { server: server({ storage: volume, free: free(1.2 * GB) }) }),
    severity: 'WARNING',
    says: /--allocated-storage 22 /,
  },
  'that it would be enlarged does not help in time': {
    given: onto({ free: free(9 * GB), storage: { ...volume, mostBytes: 100 * 2 ** 30 } }),
    severity: 'BLOCKER',
    says: /reacts too late/,
  },
  full: { given: onto({ status: 'storage-full', free: free(16 * GB) }), severity: 'BLOCKER', says: /storage-full/ },
  'no figure of CloudWatch': { given: onto({ free: null }), severity: 'INFO', says: /how much of its 21.5 GB/ },
  'no figure, but even empty it would be too small': {
    given: withDatabases({ sizeBytes: 30 * GB }, { server: server({ free: null }) }),
    severity: 'BLOCKER',
    says: /21.5 GB in all/,
  },
  'Aurora grows': { given: onto({ ...aurora, free: null }), severity: 'PASS', says: /grows by itself/ },
  'Aurora sorts on the disk of the instance': {
    given: withDatabases(
      { largestTables: [{ ...table, bytes: 40 * GB }] },
      { server: server({ ...aurora, free: free(30 * GB) }) },
    ),
    severity: 'INFO',
    says: /30 GB are free; public.a takes 40 GB/,
  },
  'just room for everything': { given: onto({ free: free(15 * GB) }), severity: 'PASS' },
  'just room for the data': { given: onto({ free: free(10 * GB) }), severity: 'WARNING' },
  'Aurora has just room to sort': {
    given: withDatabases(
      { largestTables: [{ ...table, bytes: 30 * GB }] },
      { server: server({ ...aurora, free: free(30 * GB) }) },
    ),
    severity: 'PASS',
  },
};
