import { canonical, digestOf, fingerprint, sha256 } from '../../lib/domain/digest.ts';

test('equal values have equal text, whatever the order of their keys', () => {
  expect(canonical({ b: [1, { d: null, c: 'x' }], a: true })).toBe('{"a":true,"b":[1,{"c":"x","d":null}]}');
  expect(digestOf({ a: 1, b: { c: 2, d: 3 } })).toBe(digestOf({ b: { d: 3, c: 2 }, a: 1 }));
});

test('keys are ordered by code unit, as the text of a JSON canonicalizer is', () => {
  expect(canonical({ é: 1, z: 2, Z: 3, '10': 4, '9': 5 })).toBe('{"10":4,"9":5,"Z":3,"z":2,"é":1}');
});

test('what is undefined is absent in an object and null in a list', () => {
  expect(canonical({ a: undefined, b: 1 })).toBe('{"b":1}');
  expect(canonical([undefined, 1])).toBe('[null,1]');
});

test.each([
  [{ a: 1 }, { a: '1' }],
  [{ a: null }, {}],
  [
    ['a', 'b'],
    ['b', 'a'],
  ],
  [{ a: { b: 1 } }, { 'a.b': 1 }],
  ['', null],
])('%j and %j have different digests', (one, other) => {
  expect(digestOf(one)).not.toBe(digestOf(other));
});

test('a digest survives a round trip through JSON', () => {
  const value = { list: [1.5, 'ä\u2028"\\'], nested: { z: 0, a: false } };
  expect(digestOf(JSON.parse(JSON.stringify(value)))).toBe(digestOf(value));
});

test('SHA-256 is that of the standard', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a fingerprint tells equal secrets of one deployment, and no more', () => {
  expect(fingerprint('key', 'secret')).toBe(fingerprint('key', 'secret'));
  expect(fingerprint('key', 'secret')).not.toBe(fingerprint('key', 'Secret'));
  expect(fingerprint('another key', 'secret')).not.toBe(fingerprint('key', 'secret'));
  expect(fingerprint('key', 'secret')).toMatch(/^[0-9a-f]{32}$/);
  expect(sha256('secret')).not.toContain(fingerprint('key', 'secret'));
});
