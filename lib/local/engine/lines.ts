import { fstatSync, readSync } from 'node:fs';

/** Bytes read at a time: a file can be longer than memory, and than the longest string. */
const BLOCK = 1024 * 1024;
const NEWLINE = 0x0a;

/** The lines of an open file from a byte on that begins one, without their ends; a last one that has none is left out. */
export function* linesFrom(file: number, position: number): Generator<Buffer> {
  const block = Buffer.allocUnsafe(BLOCK);
  let begun: Buffer[] = [];
  for (let next = position; ; ) {
    const size = readSync(file, block, 0, BLOCK, next);
    if (size === 0) return;
    next += size;
    const read = block.subarray(0, size);
    let from = 0;
    for (let at = read.indexOf(NEWLINE); at >= 0; at = read.indexOf(NEWLINE, from)) {
      yield Buffer.concat([...begun, read.subarray(from, at)]);
      begun = [];
      from = at + 1;
    }
    // A copy: what is read next takes the same place.
    if (from < size) begun.push(Buffer.from(read.subarray(from)));
  }
}

/** The lines of an open file before a byte that begins one, the last first. */
export function* linesBefore(file: number, position: number): Generator<Buffer> {
  // Of lines whose beginning is not read yet.
  let rest = Buffer.alloc(0);
  for (let from = position; from > 0; ) {
    const size = Math.min(BLOCK, from);
    from -= size;
    const block = Buffer.allocUnsafe(size);
    readSync(file, block, 0, size, from);
    rest = Buffer.concat([block, rest]);
    for (let end = rest.length - 1; end > 0; end = rest.length - 1) {
      const before = rest.lastIndexOf(NEWLINE, end - 1);
      if (before < 0) break;
      yield rest.subarray(before + 1, end);
      rest = rest.subarray(0, before + 1);
    }
  }
  if (rest.length > 0) yield rest.subarray(0, rest.length - 1);
}

/** Whether a line of the open file begins, or would begin, at this byte. */
export function beginsLine(file: number, position: number): boolean {
  if (position === 0) return true;
  const byte = Buffer.alloc(1);
  return position > 0 && readSync(file, byte, 0, 1, position - 1) === 1 && byte[0] === NEWLINE;
}

/** The bytes of all complete lines of an open file. */
export function completeSize(file: number): number {
  const block = Buffer.allocUnsafe(BLOCK);
  for (let end = fstatSync(file).size; end > 0; ) {
    const from = Math.max(0, end - BLOCK);
    readSync(file, block, 0, end - from, from);
    const newline = block.subarray(0, end - from).lastIndexOf(NEWLINE);
    if (newline >= 0) return from + newline + 1;
    end = from;
  }
  return 0;
}
