import { approvalMail } from '../../lib/pages/mail.ts';
import { request } from './fixtures/approvals.ts';

const url = 'https://passage.example.com/approvals/acme-go/4f_-k';
const go = request('go', '2026-11-21T20:14:03.120Z', 120);

describe('the mail to an approver', () => {
  const mail = approvalMail({ request: go, to: 'carol@example.com', url });

  test('has the link, the deadline and the facts, in text and in HTML', () => {
    for (const part of [mail.text, mail.html]) {
      for (const text of [
        url,
        '2026-11-21 22:14 UTC',
        'Opening the link decides nothing',
        'CHG-4711',
        '1 warning to decide. Whoever approves accepts what stands open.',
        '1 h 09 min: the longest predicted freeze',
        'set the tag of the target to 3.114.3-stable',
        '2 of 4 approvers have to approve; alice@example.com may not.',
        go.digest,
      ]) {
        expect(part).toContain(text);
      }
    }
    expect(mail).toMatchObject({
      to: 'carol@example.com',
      subject: 'acme-retool: Begin the freeze? Decide by 2026-11-21 22:14 UTC',
    });
  });

  test('of "switch" has the commands to look at the target, each on a line of its own', () => {
    const { text, html } = approvalMail({
      request: request('switch', '2026-11-21T20:14:03.120Z', 60),
      to: 'x@y.z',
      url,
    });
    const command = 'kubectl --context acme-eks port-forward -n retool service/retool 3000:80';
    expect(text).toMatch(new RegExp(`^ +${command}$`, 'm'));
    expect(html).toContain(`<code>${command}</code>`);
    expect(html.match(/https?:\/\/[^"<\s]+/g)).toEqual([url]);
  });

  test('has one link, which is the personal one, and loads nothing', () => {
    expect(mail.html.match(/https?:\/\/[^"<\s]+/g)).toEqual([url]);
    expect(mail.html).not.toMatch(/<img|<link|<script|url\(/);
  });

  test('names nobody else’s key', () => {
    for (const { keyHash } of go.approvers) expect(mail.text + mail.html).not.toContain(keyHash);
  });

  test('no reason makes a header, a line or a tag of its own', () => {
    const reason = 'x\r\nBcc: eve@example.com\n\nhttps://evil.example <b>';
    const { subject, text, html } = approvalMail({
      request: { ...go, reason, lease: { ...go.lease, migration: 'acme\r\nBcc: eve@example.com' } },
      to: 'carol@example.com',
      url,
    });
    expect(subject).not.toMatch(/[\r\n]/);
    expect(text).not.toMatch(/^Bcc|^https:\/\/evil/m);
    expect(html).not.toContain('<b>');
  });
});
