import { readDecision } from '../../lib/pages/decision.ts';

const RUN = 'acme-retool-20261121-213000';
const digest = 'a'.repeat(64);
const post = (fields: Record<string, string>): string => new URLSearchParams(fields).toString();
const good = { digest, phrase: `approve ${RUN}`, comment: ' fine ', decision: 'approve' };

describe('a posted form', () => {
  test('is a decision when button and phrase say the same', () => {
    expect(readDecision(post(good), RUN)).toEqual({
      kind: 'decision',
      decision: { decision: 'approve', digest, comment: 'fine' },
    });
    expect(readDecision(post({ digest, phrase: ` reject ${RUN} `, decision: 'reject' }), RUN)).toMatchObject({
      kind: 'decision',
      decision: { decision: 'reject', comment: '' },
    });
  });

  test.each([
    ['another run', `approve ${RUN}0`],
    ['the other word', `reject ${RUN}`],
    ['another case', `Approve ${RUN}`],
    ['the word alone', 'approve'],
    ['nothing', ''],
  ])('is mistyped when the phrase is %s', (_, typed) => {
    expect(readDecision(post({ ...good, phrase: typed }), RUN)).toMatchObject({ kind: 'mistyped' });
  });

  test.each([
    ['no body', ''],
    ['no decision', post({ digest, phrase: good.phrase })],
    ['an invented decision', post({ ...good, decision: 'yes' })],
    ['two decisions', `${post(good)}&decision=reject`],
    ['two digests', `${post(good)}&digest=${'b'.repeat(64)}`],
    ['no digest', post({ phrase: good.phrase, decision: 'approve' })],
    ['half a digest', post({ ...good, digest: digest.slice(1) })],
    ['no phrase', post({ digest, decision: 'approve' })],
    ['a field of its own', post({ ...good, approver: 'bob@example.com' })],
    ['a comment of 501 characters', post({ ...good, comment: 'x'.repeat(501) })],
    ['JSON', JSON.stringify(good)],
  ])('is malformed with %s', (_, body) => {
    expect(readDecision(body, RUN)).toMatchObject({ kind: 'malformed', problem: expect.stringMatching(/\.$/) });
  });
});
