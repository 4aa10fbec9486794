import { html, trusted } from './html.ts';

const style =
  ':root{color-scheme:light dark}body{font:18px/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem}h1{font-size:1.6rem;margin:0}';

/** What users see behind a closed gate, as the load balancer's fixed response, which holds 1024 bytes: asked again every half minute. */
export function maintenancePage(application: string): string {
  const name = application.length > 60 ? `${application.slice(0, 59)}…` : application;
  return html`<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="30"><link rel="icon" href="data:,"><title>${name}: moving</title><style>${trusted(style)}</style><h1>${name} is moving</h1><p>Your work is safe. Nothing can be opened or saved while it is carried to its new home.<p>This page opens it as soon as it is there.`
    .text;
}
