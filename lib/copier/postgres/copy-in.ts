import type { Duplex } from 'node:stream';
import type pg from 'pg';

const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

/**
 * Runs `COPY … FROM STDIN` with CopyData frames as `CopyOut` yielded them, and returns the rows that PostgreSQL
 * counted. When the frames fail, the session is destroyed (it may be inside a frame) and their failure is thrown.
 */
export async function copyIn(client: pg.Client, sql: string, frames: AsyncIterable<Buffer>): Promise<number> {
  const query = new CopyInQuery(sql, frames);
  client.query(query);
  return await query.result;
}

class CopyInQuery {
  readonly result: Promise<number>;
  readonly #sql: string;
  readonly #frames: AsyncIterable<Buffer>;
  #resolve: (rows: number) => void = () => {};
  #reject: (error: unknown) => void = () => {};
  #stream: Duplex | undefined;
  #settled = false;
  #rows = 0;

  constructor(sql: string, frames: AsyncIterable<Buffer>) {
    this.#sql = sql;
    this.#frames = frames;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: pg.Connection): void {
    this.#stream = connection.stream;
    connection.query(this.#sql);
  }

  handleCopyInResponse(): void {
    this.#pump().catch((error) => {
      this.#fail(error);
      this.#stream?.destroy();
    });
  }

  async #pump(): Promise<void> {
    const stream = this.#stream;
    if (!stream) return;
    for await (const bytes of this.#frames) {
      if (this.#settled) return;
      if (!stream.write(bytes)) await drained(stream);
    }
    if (!this.#settled) stream.write(COPY_DONE);
  }

  handleCommandComplete(message: { text: string }): void {
    this.#rows = Number(message.text.split(' ')[1]);
  }

  handleReadyForQuery(): void {
    this.#settled = true;
    this.#resolve(this.#rows);
  }

  handleError(error: Error): void {
    this.#fail(error);
  }

  #fail(error: unknown): void {
    this.#settled = true;
    this.#reject(error);
  }
}

/** Resolves when the stream takes more, or is closed. */
function drained(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) return resolve();
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      resolve();
    };
    stream.once('drain', done);
    stream.once('close', done);
  });
}
