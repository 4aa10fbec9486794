import { loadAllYaml, loadYaml } from '@kubernetes/client-node';
import { entry, open, Tree } from '../../../lib/domain/files/tree.ts';
import { yaml, yamls } from '../../../lib/domain/files/yaml.ts';
import { hostile } from './hostile.ts';

test.each(hostile)('a text arrives as it is: %j', (text) => {
  const tree = new Tree(entry('value', text), entry('list', [text, new Tree(entry('inner', text))]), entry('last', 1));
  expect(loadYaml(yaml(tree))).toEqual({ value: text, list: [text, { inner: text }], last: 1 });
});

test.each(hostile.filter((text) => text !== ''))('a key arrives as it is: %j', (text) => {
  expect(loadYaml(yaml(new Tree(entry(text, 1))))).toEqual({ [text]: 1 });
});

test.each(hostile)('a comment holds its line: %j', (text) => {
  const tree = new Tree(
    entry('a', 1, text),
    open('b', text, text),
    entry('c', new Tree(open('d', [text]), entry('e', 2))),
  );
  expect(loadYaml(yaml(tree, [text]))).toEqual({ a: 1, c: { e: 2 } });
});

test('half of a surrogate pair, which no file can hold, is shown as one that was lost', () => {
  expect(loadYaml(yaml(new Tree(entry('a', 'x\ud83dy'))))).toEqual({ a: 'x\ufffdy' });
});

test('numbers, truth and nothing keep their kind, and what is empty is empty', () => {
  const tree = new Tree(
    entry('number', 3),
    entry('truth', false),
    entry('nothing', null),
    entry('list', []),
    entry('tree', new Tree(open('x', 1))),
    null,
    false,
  );
  expect(loadYaml(yaml(tree))).toEqual({ number: 3, truth: false, nothing: null, list: [], tree: {} });
});

test('what is open is written as it would stand, behind a comment sign', () => {
  const text = yaml(new Tree(entry('a', new Tree(open('b', new Tree(entry('c', 1))), entry('d', 2)))));
  expect(text).toBe('a:\n  # b:\n  #   c: 1\n  d: 2\n');
});

test('several documents stand one after the other', () => {
  const text = yamls([new Tree(entry('a', 1)), new Tree(entry('b', 2))], ['Two of them.']);
  expect(loadAllYaml(text)).toEqual([{ a: 1 }, { b: 2 }]);
});
