import { hcl } from '../../../lib/domain/files/hcl.ts';
import { entry, open, Tree } from '../../../lib/domain/files/tree.ts';
import { hostile } from './hostile.ts';
import { readHcl } from './read-hcl.ts';

test.each(hostile)('a text arrives as it is: %j', (text) => {
  const tree = new Tree(entry('value', text), entry('inner', new Tree(entry('list', [text, text]))), entry('last', 1));
  expect(readHcl(hcl(tree))).toEqual({ value: text, inner: { list: [text, text] }, last: 1 });
});

test.each(hostile)('a comment holds its line: %j', (text) => {
  const tree = new Tree(
    entry('a', 1, text),
    open('b', text, text),
    entry('c', new Tree(open('d', [text]), entry('e', 2))),
  );
  expect(readHcl(hcl(tree, [text]))).toEqual({ a: 1, c: { e: 2 } });
});

test('lines of a text stand as they are, and nothing in them is evaluated', () => {
  const text = 'a: "${b}"\n  c: %{ if d }\n# $${e}\n';
  const written = hcl(new Tree(entry('values', [text, 'x']), entry('last', null)));
  expect(written).toContain('\n  c: %%{ if d }\n');
  expect(readHcl(written)).toEqual({ values: [text, 'x'], last: null });
});

test('a text that would end its own lines, and a name that is none, are refused', () => {
  expect(() => hcl(new Tree(entry('a', 'x\n  END_OF_TEXT\nb = 1\n')))).toThrow(/would end it/);
  expect(() => hcl(new Tree(entry('a = 1\nb', 'x')))).toThrow(/no identifier/);
});
