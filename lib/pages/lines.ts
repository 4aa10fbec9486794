import { visible } from './html.ts';

/** So many steps of what to do next are told where there is little room; the others are counted. */
export const STEPS_SHOWN = 5;

/** What came from elsewhere, on one line and without anything that steers a terminal. */
export const line = (text: string): string => visible(text).replace(/\s+/g, ' ').trim();

/** Words on as many lines as they need: `first` begins the first, `rest` the others. */
export function wrap(text: string, width: number, first = '', rest = ''): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const indent = lines.length === 0 ? first : rest;
    if (current !== '' && `${indent}${current} ${word}`.length > width) {
      lines.push(indent + current);
      current = word;
    } else current = current === '' ? word : `${current} ${word}`;
  }
  return [...lines, (lines.length === 0 ? first : rest) + current];
}

/** A text of at most so many characters, with an ellipsis where it was longer. */
export const cut = (text: string, width: number): string =>
  text.length <= width ? text : `${text.slice(0, width - 1)}…`;
