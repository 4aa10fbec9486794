import { quorum } from '../domain/approval.ts';
import { utc } from '../domain/quantities.ts';
import type { ApprovalRequest, Fact } from '../workflow/documents/approval.ts';
import type { Ledger } from '../workflow/documents/ledger.ts';
import type { Summary } from '../workflow/summary.ts';
import { questions } from './approval.ts';
import { html, visible } from './html.ts';

/** A mail to one person. */
export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** What was typed by people, on one line: no header and no line of the mail can be made of it. */
const line = (text: string): string => visible(text).replace(/\s+/g, ' ').trim();

/**
 * Asks one approver to decide. The link is theirs alone; opening it, as mail scanners do, decides nothing.
 * @param url the whole personal link
 */
export function approvalMail({
  request,
  to,
  url,
}: {
  readonly request: ApprovalRequest;
  readonly to: string;
  readonly url: string;
}): Mail {
  const { asks, means } = questions[request.subject];
  const { migration, run } = request.lease;
  const deadline = utc(request.deadline);
  const facts: Fact[] = [
    { label: 'Requested by', value: request.requester },
    { label: 'Reason', value: request.reason },
    { label: 'Run', value: run },
    ...request.facts,
    { label: 'Digest', value: request.digest },
  ];
  const widest = Math.max(...facts.map(({ label }) => line(label).length));
  const needed = `${quorum(request)} One “reject” rejects.`;
  const harmless = 'Opening the link decides nothing. On the page you type your decision and press a button.';
  const yours = 'The link is yours alone: do not forward it.';

  return {
    to,
    subject: line(`${migration}: ${asks} Decide by ${deadline}`),
    text: [
      `${line(migration)}: ${asks}`,
      '',
      means,
      '',
      `Decide by ${deadline}. Silence means no.`,
      url,
      '',
      harmless,
      yours,
      '',
      ...facts.flatMap(({ label, value, points = [], commands = [] }) => [
        `${line(label).padEnd(widest)}  ${line(value)}`,
        ...points.map(({ text, note }) => `${' '.repeat(widest)}  - ${line(note === null ? text : `${text} ${note}`)}`),
        ...commands.map((command) => `${' '.repeat(widest)}    ${line(command)}`),
      ]),
      '',
      needed,
      '',
    ].join('\n'),
    html: html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${asks}</title></head>
<body style="margin:0;padding:24px;background:#f3f5f7;color:#17212b;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif">
<div style="max-width:600px;margin:0 auto;background:#ffffff;padding:28px 32px;border:1px solid #dce2e8">
<p style="margin:0;font-size:13px;font-weight:600;color:#566370">Passage: approval for ${migration}</p>
<h1 style="margin:6px 0 10px;font-size:26px;line-height:1.2">${asks}</h1>
<p style="margin:0 0 14px">${means}</p>
<p style="margin:0 0 18px">Decide by <strong>${deadline}</strong>. Silence means no.</p>
<p style="margin:0 0 18px"><a href="${url}" style="display:inline-block;background:#1c5cb8;color:#ffffff;text-decoration:none;font-weight:600;padding:11px 22px;border-radius:4px">Read and decide</a></p>
<p style="margin:0 0 18px;font-size:14px;color:#566370">${harmless} ${yours}</p>
<table role="presentation" cellspacing="0" cellpadding="0" style="width:100%;font-size:14px;border-collapse:collapse">${facts.map(
      ({ label, value, points = [], commands = [] }) =>
        html`<tr><td style="padding:5px 14px 5px 0;color:#566370;vertical-align:top;border-top:1px solid #dce2e8">${label}</td><td style="padding:5px 0;vertical-align:top;border-top:1px solid #dce2e8;word-break:break-word">${value}${
          points.length > 0 &&
          html`<ul style="margin:6px 0;padding-left:18px">${points.map(({ text, note }) => html`<li style="margin:4px 0">${text}${note && html`<br><span style="color:#566370">${note}</span>`}</li>`)}</ul>`
        }${commands.map((command) => html`<br><code>${command}</code>`)}</td></tr>`,
    )}</table>
<p style="margin:18px 0 0;font-size:14px;color:#566370">${needed}</p></div></body></html>
`.text,
  };
}

/** Tells people that a run is stuck where only a person helps: the one message of Passage that asks to look now. */
export function callMail({
  to,
  ledger,
  run,
  cause,
}: {
  readonly to: string;
  readonly ledger: Ledger;
  readonly run: string;
  readonly cause: string;
}): Mail {
  const { migration, writable, pointOfNoReturn } = ledger;
  const closed =
    writable === 'none' ? 'Nobody can write: the source is still closed.' : `The ${writable} can be written.`;
  const stuck = [
    `Run ${line(run)} of migration ${line(migration)} ended, and putting everything back has failed.`,
    closed,
    'It is tried again every minute. What is fenced stays fenced until it succeeds.',
    `What stopped it: ${line(cause).slice(0, 500)}`,
    'Look at the newest execution of passage-unwind in the Step Functions console, and at the runbook section of its error.',
  ];
  const unfinished = [
    `Run ${line(run)} of migration ${line(migration)} passed its point of no return, and ended before it was finished.`,
    'The source is sealed. The gate of the target may still be closed: then nobody can work. Nothing is put back.',
    `What stopped it: ${line(cause).slice(0, 500)}`,
    'Finish forward, as the runbook says under PastPointOfNoReturn: look at the gate first.',
  ];
  const sentences = pointOfNoReturn ? unfinished : stuck;
  return {
    to,
    subject: line(`${migration}: run ${run} is stuck, somebody has to look`),
    text: `${sentences.join('\n\n')}\n`,
    html: html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${migration}</title></head>
<body style="margin:0;padding:24px;background:#f3f5f7;color:#17212b;font:16px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif">
<div style="max-width:600px;margin:0 auto;background:#ffffff;padding:28px 32px;border:1px solid #dce2e8">${sentences.map(
      (sentence) => html`<p style="margin:0 0 14px">${sentence}</p>`,
    )}</div></body></html>
`.text,
  };
}

/** The short text of a run that nobody watched. */
export function reportMail({
  to,
  summary: { migration, mode, readiness },
  text,
}: {
  readonly to: string;
  readonly summary: Pick<Summary, 'migration' | 'mode' | 'readiness'>;
  readonly text: string;
}): Mail {
  return {
    to,
    subject: line(`${migration}, ${mode}: ${readiness.sentence}`).slice(0, 150),
    text,
    html: html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>${migration}</title></head>
<body style="margin:0;padding:24px;background:#f3f5f7;color:#17212b"><pre style="max-width:640px;margin:0 auto;background:#ffffff;padding:28px 32px;border:1px solid #dce2e8;font:14px/1.5 ui-monospace,Menlo,Consolas,monospace;white-space:pre-wrap">${text}</pre></body></html>
`.text,
  };
}
