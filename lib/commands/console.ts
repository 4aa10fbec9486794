import type { Console } from './command.ts';

/** Erases the line and returns to its beginning. */
const ERASE = '\r\u001b[2K';

export function terminal(stream: NodeJS.WriteStream): Console {
  let shown = false;
  // A reader that has seen enough, as `head`, closes the pipe. The command goes on to its end; only its words are lost.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  const erase = () => {
    if (shown) stream.write(ERASE);
    shown = false;
  };
  return {
    isTerminal: stream.isTTY === true,
    columns: stream.columns ?? 100,
    line(text = '') {
      erase();
      stream.write(`${text}\n`);
    },
    live(text) {
      if (!stream.isTTY) return;
      erase();
      stream.write(text);
      shown = true;
    },
  };
}
