import { expect, test } from '@jest/globals';
import { linksIn, people } from '../../lib/commands/approvers.ts';

const mail = (to: string, approval: string, key: string) => ({
  to,
  text: `Begin the freeze?\n\nhttp://127.0.0.1:40000/approvals/${approval}/${key}\n\nThe link is yours alone.`,
});

test('each person gets the link of their own mail, and of that approval alone', () => {
  const outbox = [
    mail('bob@example.com', 'cutover-1-go', 'bobs-key_1'),
    mail('carol@example.com', 'cutover-1-go', 'carols-key'),
    mail('bob@example.com', 'cutover-1-switch', 'another'),
    { to: 'bob@example.com', text: 'Everything was put back.' },
  ];
  expect(linksIn(outbox, 'cutover-1-go')).toEqual([
    { email: 'bob@example.com', url: 'http://127.0.0.1:40000/approvals/cutover-1-go/bobs-key_1' },
    { email: 'carol@example.com', url: 'http://127.0.0.1:40000/approvals/cutover-1-go/carols-key' },
  ]);
  // The mailed port may be another program's by now.
  expect(linksIn(outbox, 'cutover-1-switch', 'http://127.0.0.1:50000')).toEqual([
    { email: 'bob@example.com', url: 'http://127.0.0.1:50000/approvals/cutover-1-switch/another' },
  ]);
});

test('people are named with commas between them, in any case and with any spaces', () => {
  expect(people('bob@example.com, Carol@Example.com,')).toEqual(['bob@example.com', 'carol@example.com']);
  expect(people(undefined)).toEqual([]);
});
