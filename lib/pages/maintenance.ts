import type { Answer } from './answer.ts';
import { utc } from './format.ts';
import { html, trusted } from './html.ts';
import { hashOf } from './style.ts';

const style =
  ':root{color-scheme:light dark}body{font:18px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem}h1{font-size:1.6rem;margin:0}';

/** The whole body of a fixed response of an Application Load Balancer has to fit into this many bytes. */
export const FIXED_RESPONSE_BYTES = 1024;

/**
 * What users see during a freeze: 503, asked again every half minute by whoever waits with the page open.
 * @param until ISO 8601, when the window ends at the latest, where that is known
 */
export function maintenancePage({
  application,
  until,
}: {
  readonly application: string;
  readonly until?: string;
}): Answer {
  const name = application.length > 60 ? `${application.slice(0, 59)}…` : application;
  return {
    statusCode: 503,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src ${hashOf(style)}; frame-ancestors 'none'`,
      'cache-control': 'no-store',
      'retry-after': '30',
    },
    body: html`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="30"><title>${name}: moving</title><style>${trusted(style)}</style><h1>${name} is moving</h1><p>Your work is safe. Nothing can be opened or saved while it is carried to its new home${until !== undefined && html`, until ${utc(until)} at the latest`}.<p>This page opens it as soon as it is there.`
      .text,
  };
}
