import { nearest } from '../../lib/domain/nearest.ts';

test.each([
  ['a letter too few', 'SAMPLE_SID', 'SAMPLE_SIDE'],
  ['two exchanged', 'ACME_THEEM', 'ACME_THEME'],
  ['another case', 'acme_theme', 'ACME_THEME'],
  ['the nearer one', 'ACME_THEME2', 'ACME_THEME'],
])('names what was meant: %s', (_, name, meant) => {
  expect(nearest(name, ['SAMPLE_SIDE', 'ACME_THEME', 'ACME_THEMES22', 'TZ'])).toBe(meant);
});

test('names nothing where nothing is near, or a name is too short to tell', () => {
  expect(nearest('OTHER', ['ACME_THEME', 'TZ'])).toBeNull();
  expect(nearest('TX', ['TZ'])).toBeNull();
  expect(nearest('TZ', [])).toBeNull();
});
