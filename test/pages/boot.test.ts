import { bootLine, bootSection, migrationsText } from '../../lib/pages/boot.ts';
import { boot } from '../support/run-documents.ts';

test('a run that booted nothing has no section', () => {
  expect(bootSection({ boot: null })).toBeNull();
});

test('the section tells image, health, times, migrations, memory, key, and each variable that differed', () => {
  const { text } = bootSection({ boot: boot() })!;
  for (const part of [
    'tryretool/backend:3.114.3-stable',
    'HEALTHY, version 3.114.3-stable, asked as preview.retool.acme.example.com',
    '4.0 s from its process to the first healthy answer, after 2.0 s',
    'none was due, 700 had run before',
    '812 MB, the most of 14 samples from its start to its first answers; its limit is 8Gi',
    'encrypted a value with the key that 71 stored values name',
    'POSTGRES_DB',
    '1 variable not as in deployment retool',
  ]) {
    expect(text).toContain(part);
  }
});

test('what is not known is said, with its reason', () => {
  const unknown = boot({
    memory: { peakBytes: null, samples: 0, because: 'the cluster has no metrics server', limit: null },
    decryption: { proved: false, saw: 'The application was not asked.' },
  });
  const { text } = bootSection({ boot: unknown })!;
  expect(text).toContain('not known: the cluster has no metrics server<');
  expect(text).toContain('<span class="tag warn">not proved</span> The application was not asked.');
  expect(bootLine(unknown)).toBe('HEALTHY in 4.0 s, its key NOT proved, no migration due');
});

test.each([
  [{ logged: true, before: 700, after: 702, newest: '2026-x' }, '2 migrations ran, up to 2026-x'],
  [{ logged: false, before: 700, after: 700, newest: null }, 'none was due, 700 had run before; its log does not say'],
  [{ logged: true, before: null, after: 3, newest: null }, 'could not be counted'],
])('migrations %j read %s', (migrations, text) => {
  expect(migrationsText(boot({ migrations }))).toContain(text);
});

test('what an image or a log says cannot break out of the page', () => {
  const { text } = bootSection({ boot: boot({ image: '<script>x</script>' }) })!;
  expect(text).not.toContain('<script>');
});

test('a line for the terminal says it shortly', () => {
  expect(bootLine(boot())).toBe(
    'HEALTHY in 4.0 s, its key is that of the stored values, no migration due, at most 812 MB in use',
  );
});
