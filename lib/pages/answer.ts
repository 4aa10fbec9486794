import { type Html, html, trusted } from './html.ts';
import { base, hashOf } from './style.ts';

/** What a function answers to API Gateway's HTTP API. */
export interface Answer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: string;
}

/**
 * Headers of every page that is answered over HTTP: it loads nothing, runs nothing, posts only to where it came
 * from, stands in no frame, is kept nowhere, and tells its address (which is a personal link) to nobody. Under
 * `no-referrer` a browser sends `Origin: null` with the form, so nothing may ask for another.
 * @param style the text of the page's one style element, admitted by its hash
 */
const securityHeaders = (style: string): Record<string, string> => ({
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src ${hashOf(style)}; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
  'x-robots-tag': 'noindex, nofollow',
  'x-content-type-options': 'nosniff',
});

const style = `${base}
main{max-width:46rem}
form{margin:1rem 0 0}label{display:block;font-weight:600;margin:1rem 0 .3rem}
input[type=text]{width:100%;padding:.6rem .7rem;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--soft);border-radius:4px}
input.mono{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.buttons{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.3rem 0 .4rem}
button{font:inherit;font-weight:600;padding:.65rem 1.6rem;border-radius:4px;border:1px solid;cursor:pointer;min-height:2.9rem}
button.approve{background:#0b7148;border-color:#0b7148;color:#fff}button.reject{background:var(--paper);border-color:var(--bad);color:var(--bad)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px}
ul.people,ul.evidence{list-style:none;padding:0;margin:.4rem 0}ul.people li{display:flex;flex-wrap:wrap;gap:0 .8rem;padding:.4rem 0;border-bottom:1px solid var(--line)}
ul.people .when{margin-left:auto}ul.evidence li{margin:.5rem 0}ul.evidence code{display:block}
ul.points{margin:.4rem 0 .6rem;padding-left:1.1rem}ul.points li{margin:.35rem 0}ul.points .soft{display:block}
.type{display:flex;flex-direction:column;gap:.35rem;margin:.7rem 0}kbd{display:inline-block;align-self:flex-start;background:var(--faint);border:1px solid var(--line);border-radius:4px;padding:.2rem .55rem;user-select:all}
@media(max-width:40rem){.buttons button{flex:1}}`;

/** A whole page for people, as an answer. */
export const page = (statusCode: number, title: string, content: Html): Answer => ({
  statusCode,
  headers: securityHeaders(style),
  body: html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><title>${title}</title><style>${trusted(style)}</style></head>
<body><main>${content}</main></body></html>
`.text,
});

/** After a form was taken: the browser asks for the page anew, so that loading it again posts nothing. */
export const seeOther = (path: string): Answer => ({
  statusCode: 303,
  headers: { location: path, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
  body: '',
});
