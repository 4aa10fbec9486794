import type pg from 'pg';

/**
 * Runs a script of several statements whose characters are bytes (`latin1`) in the session's client_encoding, as
 * pg_restore wrote it. Answers are dropped. Throws PostgreSQL's own error.
 */
export async function runScript(client: pg.Client, script: string): Promise<void> {
  const query = new ScriptQuery(Buffer.from(script, 'latin1'));
  client.query(query);
  await query.result;
}

/** A simple query whose text does not pass through pg, which would encode it as UTF-8. */
class ScriptQuery {
  readonly result: Promise<void>;
  readonly #script: Buffer;
  #resolve: () => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(script: Buffer) {
    this.#script = script;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: pg.Connection): void {
    // Type byte; a length that counts itself (4 bytes), the text and its NUL.
    const message = Buffer.alloc(1 + 4 + this.#script.length + 1);
    message.write('Q');
    message.writeInt32BE(message.length - 1, 1);
    this.#script.copy(message, 5);
    connection.stream.write(message);
  }

  handleRowDescription(): void {}
  handleDataRow(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}

  handleReadyForQuery(): void {
    this.#resolve();
  }

  handleError(error: Error): void {
    this.#reject(error);
  }
}
