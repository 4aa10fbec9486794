import { PassThrough } from 'node:stream';
import { terminal } from '../../lib/commands/console.ts';

/** A stream on which writing has failed, as a pipe whose reader has gone. */
const failing = (code: string) => {
  const stream = new PassThrough();
  terminal(stream as unknown as NodeJS.WriteStream);
  return () => stream.emit('error', Object.assign(new Error(code), { code }));
};

test('a reader that has seen enough ends no command', () => {
  expect(failing('EPIPE')).not.toThrow();
});

test('any other failure to write is told', () => {
  expect(failing('ENOSPC')).toThrow('ENOSPC');
});
