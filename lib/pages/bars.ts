import { WIDTH } from './axis.ts';
import { type Html, html } from './html.ts';

/** Where something small still shows, in parts of the width. */
const THINNEST = 4;
const HEIGHT = 10;

const part = (value: number, most: number): number =>
  most <= 0 ? 0 : Math.round(Math.min(1, Math.max(0, value / most)) * WIDTH);

const picture = (content: Html): Html =>
  html`<svg class="bar" viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true"><rect class="track" width="${WIDTH}" height="${HEIGHT}"/>${content}</svg>`;

/** A quantity against the most of its kind; the figure stands beside it. */
export function bar(value: number, most: number, kind = 'size'): Html {
  const width = value > 0 ? Math.max(THINNEST, part(value, most)) : 0;
  return picture(html`<rect class="${kind}" width="${width}" height="${HEIGHT}"/>`);
}

/** An interval as a band, with what was measured as a line through it. */
export function intervalBar(
  predicted: { readonly low: number; readonly high: number } | null,
  measured: number | null,
  most: number,
): Html {
  const from = predicted === null ? 0 : Math.min(part(predicted.low, most), WIDTH - THINNEST);
  const to = predicted === null ? 0 : part(predicted.high, most);
  const at = measured === null ? 0 : Math.min(part(measured, most), WIDTH - 2 * THINNEST);
  return picture(
    html`${predicted !== null && html`<rect class="interval" x="${from}" width="${Math.max(THINNEST, to - from)}" height="${HEIGHT}"/>`}${
      measured !== null && html`<rect class="measured" x="${at}" width="${2 * THINNEST}" height="${HEIGHT}"/>`
    }`,
  );
}

/** The colour of something, in a legend. */
export const swatch = (kind: string): Html =>
  html`<svg viewBox="0 0 1 1" aria-hidden="true"><rect class="${kind}" width="1" height="1"/></svg>`;
