import { expect, test } from '@jest/globals';
import { patched } from '../../../lib/local/kubernetes/patch.ts';

const strategic = (document: unknown, patch: unknown) =>
  patched(document, 'application/strategic-merge-patch+json', patch);

test('lists merge by the key that Kubernetes gives them, and are replaced where it gives none', () => {
  const container = {
    name: 'main',
    image: 'a',
    ports: [{ containerPort: 80, name: 'http' }],
    volumeMounts: [{ mountPath: '/a', name: 'data' }],
    args: ['1'],
  };
  const patch = {
    name: 'main',
    ports: [{ containerPort: 443 }],
    volumeMounts: [{ mountPath: '/a', readOnly: true }],
    args: ['2'],
  };
  expect(strategic({ containers: [container, { name: 'side' }] }, { containers: [patch] })).toEqual({
    containers: [
      {
        name: 'main',
        image: 'a',
        ports: [{ containerPort: 80, name: 'http' }, { containerPort: 443 }],
        volumeMounts: [{ mountPath: '/a', name: 'data', readOnly: true }],
        args: ['2'],
      },
      { name: 'side' },
    ],
  });
  const subjects = [{ kind: 'Group', name: 'new' }];
  expect(strategic({ subjects: [{ kind: 'Group', name: 'old' }] }, { subjects })).toEqual({ subjects });
});

test('items are deleted and put in order by directives, none of which stays behind', () => {
  const env = [{ name: 'A' }, { name: 'B' }, { name: 'C' }];
  const patch = {
    '$setElementOrder/env': [{ name: 'C' }, { name: 'D' }, { name: 'A' }],
    env: [{ name: 'B', $patch: 'delete' }, { name: 'D' }],
  };
  expect(strategic({ env }, patch)).toEqual({ env: [{ name: 'C' }, { name: 'D' }, { name: 'A' }] });
});

test('fields that are not retained go, a replaced map keeps nothing, and finalizers are a set', () => {
  expect(
    strategic(
      { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } }, data: { a: 1 }, finalizers: ['x', 'y'] },
      {
        strategy: { $retainKeys: ['type'], type: 'Recreate' },
        data: { $patch: 'replace', b: 2 },
        finalizers: ['z'],
        '$deleteFromPrimitiveList/finalizers': ['x'],
      },
    ),
  ).toEqual({ strategy: { type: 'Recreate' }, data: { b: 2 }, finalizers: ['y', 'z'] });
});
