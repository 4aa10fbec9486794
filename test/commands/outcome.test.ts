import { byWayOfTarget, fault } from '../../lib/commands/outcome.ts';
import { later, noon } from '../support/run-documents.ts';

const write = (seconds: number, side: string) => ({ at: later(seconds), side });
const before = [write(-20, 'ECS'), write(-10, 'ECS')];

test('a cutover is a success once a write has arrived by way of the target', () => {
  const writes = { acknowledged: [...before, write(2, 'EKS')], stored: 3, pointOfNoReturn: noon };
  expect(byWayOfTarget(writes)).toBe(1);
  expect(fault(writes)).toBeNull();
});

test('a cutover after which no write arrives is none, however many there were before', () => {
  expect(fault({ acknowledged: before, stored: 2, pointOfNoReturn: noon })).toMatch(
    /NOT OK: since the switch not one write has arrived by way of the target.*TargetWriteRefused/is,
  );
  expect(fault({ acknowledged: [], stored: 0, pointOfNoReturn: noon })).toMatch(/not one write/);
});

test('a write that was acknowledged and is not there is a fault on either side', () => {
  const acknowledged = [...before, write(2, 'EKS')];
  expect(fault({ acknowledged, stored: 2, pointOfNoReturn: noon })).toMatch(
    /NOT OK: 1 acknowledged write is missing\./,
  );
  expect(fault({ acknowledged: before, stored: 1, pointOfNoReturn: null })).toMatch(/NOT OK/);
});

test('a cutover that people declined asks for no write on the target', () => {
  expect(fault({ acknowledged: before, stored: 2, pointOfNoReturn: null })).toBeNull();
});
