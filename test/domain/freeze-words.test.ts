import { longestOutage, predictedFreeze, unmeasured } from '../../lib/domain/freeze-words.ts';

const parts = (...bases: ('measured' | 'documented')[]) => bases.map((basis) => ({ basis }));
const predicted = { low: 20.6, high: 289 };

test('a predicted freeze is told with the time to decide, and with what was never measured', () => {
  expect(predictedFreeze(predicted, 3600, parts('measured', 'documented', 'documented'))).toBe(
    '20.6 s to 4 min 49 s, and up to 1 h 00 min to decide on “switch”; 2 of 3 parts were never measured, and have the limits that AWS documents',
  );
  expect(predictedFreeze(predicted, null, parts('measured'))).toBe('20.6 s to 4 min 49 s');
});

test('nothing is said of parts that were all measured, or that nobody knows', () => {
  expect([unmeasured(parts('measured')), unmeasured([])]).toEqual([null, null]);
});

test('the longest outage is the longest freeze and the time to decide, with what is not known of it', () => {
  expect(longestOutage(predicted, 3600, parts('measured', 'documented'))).toBe(
    '1 h 05 min: the longest predicted freeze (4 min 49 s) and up to 1 h 00 min to decide on “switch”. If “switch” is not approved, users wait until the source has started again. Of the freeze 1 of 2 parts was never measured, and has the limits that AWS documents.',
  );
  expect(longestOutage(predicted, null, [])).toBe('4 min 49 s: the longest predicted freeze.');
});
