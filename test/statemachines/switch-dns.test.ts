import { everyStateIsVisited } from './coverage.ts';
import { fails, lease, returns } from './fakes.ts';
import { play } from './play.ts';
import { everyFailureHasItsFate } from './recovery.ts';

test('changes the record, proves it, seals the source, passes the point of no return and only then opens the gate', async () => {
  const run = await play('SwitchDns', { lease });
  expect(run.path).toEqual([
    'Change the record',
    'Wait for INSYNC',
    'Ask the name servers',
    'Seal the source',
    'Pass the point of no return',
    'Open the gate',
    'Switched',
  ]);
  expect(run.calls.map(({ task }) => task)).toEqual([
    'ChangeDns',
    'CheckDnsChange',
    'ProveDns',
    'SealSource',
    'PassPointOfNoReturn',
    'OpenGate',
  ]);
});

test('asks for the change that was made, until Route 53 and the name servers have it', async () => {
  const run = await play(
    'SwitchDns',
    { lease },
    {
      ChangeDns: returns({ changeId: 'C42' }),
      CheckDnsChange: [fails('DnsNotInSync'), fails('DnsNotInSync'), returns({})],
      ProveDns: [fails('DnsNotSwitched'), returns({})],
    },
  );
  expect(run.status).toBe('SUCCEEDED');
  const asked = run.calls.filter(({ task }) => task === 'CheckDnsChange' || task === 'ProveDns');
  expect(asked.map(({ input }) => input)).toEqual(Array(5).fill({ lease, changeId: 'C42' }));
});

test.each(['ChangeDns', 'CheckDnsChange', 'ProveDns', 'SealSource'] as const)(
  'when %s fails, the point of no return is not passed and the gate stays closed',
  async (task) => {
    const run = await play('SwitchDns', { lease }, { [task]: fails('LeaseLost') });
    expect(run).toMatchObject({ status: 'FAILED', error: 'LeaseLost' });
    expect(run.callsOf('PassPointOfNoReturn') + run.callsOf('OpenGate')).toBe(0);
  },
);

test('when the ledger does not take the point of no return, the gate stays closed', async () => {
  const run = await play('SwitchDns', { lease }, { PassPointOfNoReturn: fails('LeaseLost') });
  expect(run.path.at(-1)).toBe('Pass the point of no return');
  expect(run.callsOf('OpenGate')).toBe(0);
});

everyFailureHasItsFate('SwitchDns', () => ({ lease }));
everyStateIsVisited('SwitchDns');
