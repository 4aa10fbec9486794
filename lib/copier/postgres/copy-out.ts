import type { Duplex } from 'node:stream';
import type pg from 'pg';

/** Fixed, so that memory does not grow with rows: a row larger than a part spans several. */
const PART_BYTES = 2 << 20;
/** Parts that may wait for the consumer before the socket is paused: one being used, one ready, one being filled. */
const READY_PARTS = 1;
/** Buffers of finished queries, for the next ones: garbage of this size waits long for its collection. */
const pool: Buffer[] = [];
/** What two sessions use at most: 2 × (one lent, two ready, one being filled). */
const POOL_PARTS = 8;
const COPY_DATA = 'd'.charCodeAt(0);
/** Type byte and length. */
const HEADER_BYTES = 5;

/**
 * `COPY … TO STDOUT` as raw parts. Iterating runs it: each part is a piece of the server's CopyData frames as they
 * came, valid until the next one is asked for. `rows` is known after the last. Leaving early ends the session.
 */
export class CopyOut implements AsyncIterable<Buffer> {
  rows = 0;
  readonly #client: pg.Client;
  readonly #sql: string;

  constructor(client: pg.Client, sql: string) {
    this.#client = client;
    this.#sql = sql;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const query = new CopyOutQuery(this.#sql);
    this.#client.query(query);
    try {
      for (let part = await query.next(); part; part = await query.next()) yield part;
      this.rows = query.rows;
    } finally {
      if (!query.ended) await this.#client.end().catch(() => {});
    }
  }
}

/**
 * A query that puts itself between the socket and pg's parser: CopyData frames go into parts without becoming objects,
 * all other messages go on to the parser, so that errors, notices and the session's state remain pg's business.
 */
class CopyOutQuery {
  rows = 0;
  ended = false;
  readonly #sql: string;
  #stream: Duplex | undefined;
  #parser: ((bytes: Buffer) => void)[] = [];
  #error: Error | undefined;

  readonly #header = Buffer.alloc(HEADER_BYTES);
  #headerBytes = 0;
  /** Bytes of the current frame still to come. */
  #left = 0;
  #inData = false;

  #part: Buffer | undefined;
  #filled = 0;
  readonly #ready: Buffer[] = [];
  readonly #spare: Buffer[] = [];
  #lent: Buffer | undefined;
  #wake = () => {};

  constructor(sql: string) {
    this.#sql = sql;
  }

  /** The next part, undefined at the end. */
  async next(): Promise<Buffer | undefined> {
    if (this.#lent) this.#spare.push(this.#lent);
    this.#lent = undefined;
    while (!this.#ready.length && !this.ended) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#error) throw this.#error;
    const part = this.#ready.shift();
    if (!part) pool.push(...this.#spare.splice(0, POOL_PARTS - pool.length));
    this.#lent = part && Buffer.from(part.buffer, part.byteOffset, PART_BYTES);
    if (this.#ready.length <= READY_PARTS) this.#stream?.resume();
    return part;
  }

  submit(connection: pg.Connection): void {
    this.#stream = connection.stream;
    this.#parser = this.#stream.listeners('data') as ((bytes: Buffer) => void)[];
    this.#stream.removeAllListeners('data').on('data', this.#onData);
    connection.query(this.#sql);
  }

  handleCommandComplete(message: { text: string }): void {
    this.rows = Number(message.text.split(' ')[1]);
  }

  handleReadyForQuery(): void {
    this.#end();
  }

  /** PostgreSQL's refusal, or the loss of the connection. No data follows. */
  handleError(error: Error): void {
    this.#error = error;
    this.#end();
  }

  #end(): void {
    if (this.ended) return;
    this.ended = true;
    this.#cut();
    this.#stream?.off('data', this.#onData);
    for (const listener of this.#parser) this.#stream?.on('data', listener);
    this.#stream?.resume();
    this.#wake();
  }

  readonly #onData = (bytes: Buffer): void => {
    let at = 0;
    let start = 0;
    while (at < bytes.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, bytes.length - at);
        at += step;
        this.#left -= step;
        continue;
      }
      if (this.#headerBytes === 0) {
        const isData = bytes[at] === COPY_DATA;
        if (isData !== this.#inData) {
          this.#pass(bytes.subarray(start, at));
          start = at;
          this.#inData = isData;
        }
      }
      // A length counts itself (4 bytes) but not the type byte.
      if (this.#headerBytes === 0 && bytes.length - at >= HEADER_BYTES) {
        this.#left = bytes.readInt32BE(at + 1) - 4;
        at += HEADER_BYTES;
      } else {
        this.#header[this.#headerBytes++] = bytes[at++] as number;
        if (this.#headerBytes === HEADER_BYTES) {
          this.#left = this.#header.readInt32BE(1) - 4;
          this.#headerBytes = 0;
        }
      }
    }
    this.#pass(bytes.subarray(start));
  };

  #pass(run: Buffer): void {
    if (!run.length) return;
    if (!this.#inData) {
      for (const listener of this.#parser) listener(run);
      return;
    }
    for (let at = 0; at < run.length; ) {
      this.#part ??= this.#spare.pop() ?? pool.pop() ?? Buffer.allocUnsafeSlow(PART_BYTES);
      const step = run.copy(this.#part, this.#filled, at);
      at += step;
      this.#filled += step;
      if (this.#filled === PART_BYTES) this.#cut();
    }
  }

  #cut(): void {
    if (!this.#part || !this.#filled) return;
    this.#ready.push(this.#part.subarray(0, this.#filled));
    this.#part = undefined;
    this.#filled = 0;
    if (this.#ready.length > READY_PARTS) this.#stream?.pause();
    this.#wake();
  }
}
