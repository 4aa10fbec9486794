import { expect, test } from '@jest/globals';
import { whyAnew } from '../../lib/commands/sample.ts';

const there = (pointOfNoReturn: string | null = null) => ({ size: 'small', pointOfNoReturn }) as const;

test('a sample makes way for one of another size, and once it is cut over', () => {
  expect(whyAnew(there(), undefined)).toBeNull();
  expect(whyAnew(there(), 'small')).toBeNull();
  expect(whyAnew(there(), 'medium')).toBe('is small, and not medium');
  expect(whyAnew(there('2026-01-05T09:00:00.000Z'), undefined)).toBe('is cut over already');
});
