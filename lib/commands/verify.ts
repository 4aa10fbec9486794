import { randomBytes } from 'node:crypto';
import { type Login, type Side, withClient } from '../adapters/postgres/connect.ts';
import { refuseUnreadable } from '../adapters/postgres/missing-rights.ts';
import { refuseSameDatabase } from '../adapters/postgres/same-database.ts';
import { systemClock } from '../copier/clock.ts';
import { verify as proveEqual, type VerifyProgress } from '../copier/verify/verify.ts';
import { meanRate, progressLine } from '../pages/terminal.ts';
import { type Call, type Command, exitCodes, text, usage } from './command.ts';
import { databaseOfUrl } from './database-url.ts';
import { passwordOf } from './own-databases.ts';
import { readConfiguration } from './validate.ts';
import { verificationText } from './verification-text.ts';

/** Sessions a side; more load a source that is in use. */
const WORKERS = 2;
/** Where there is no terminal, one line of progress so often. */
const QUIET_MS = 10_000;

export const verify: Command = {
  name: 'verify',
  summary: 'proves two databases equal, or names each difference; reads only',
  positionals: [],
  options: {
    source: {
      type: 'string',
      value: '<url>',
      help: 'postgresql://user@host:port/database; password in SOURCE_PASSWORD',
    },
    target: { type: 'string', value: '<url>', help: 'the same for the other side; password in TARGET_PASSWORD' },
    migration: { type: 'string', value: '<file>', help: 'takes the sides that are not given from a configuration' },
    grants: { type: 'boolean', help: 'compares owners and grants too, which a copy does not carry' },
    workers: { type: 'string', value: '<n>', help: `sessions that read on each side; ${WORKERS} unless told` },
    json: { type: 'boolean', help: 'prints everything that was found as JSON' },
  },
  async run(call) {
    const { console, signal, options } = call;
    const run = `verify-${randomBytes(4).toString('hex')}`;
    const [source, target] = [sideOf(call, 'source'), sideOf(call, 'target')];
    const workers = workersOf(call);
    const holder = { run, epoch: 0 };
    for (const [side, login] of [['source', source] as const, ['target', target] as const]) {
      await withClient(login, { ...holder, side }, (client) => refuseUnreadable(client, login, side));
    }
    await refuseSameDatabase(source, target, holder);
    const began = Date.now();
    let told = began;
    const show = (progress: VerifyProgress) => {
      const elapsed = (Date.now() - began) / 1000;
      const line = progressLine(
        {
          phase: progress.phase,
          elapsed,
          rows: progress.rows,
          bytes: progress.bytes,
          totalBytes: progress.totalBytes,
          bytesPerSecond: meanRate(progress.bytes, elapsed),
        },
        console.columns - 1,
      );
      if (console.isTerminal) console.live(line);
      else if (!options.json && Date.now() - told > QUIET_MS) {
        told = Date.now();
        console.line(line);
      }
    };
    try {
      const proof = await proveEqual(
        {
          source: { ...source, ...holder, side: 'source' },
          target: { ...target, ...holder, side: 'target' },
        },
        { clock: systemClock, log: () => {}, signal },
        { workers, grants: options.grants === true, onProgress: show },
      );
      console.line(options.json ? JSON.stringify(proof, null, 2) : verificationText(proof));
      return proof.equal ? exitCodes.ok : exitCodes.differ;
    } catch (error) {
      if (signal.aborted) return exitCodes.interrupted;
      throw error;
    }
  },
};

function sideOf(call: Call, side: Side): Login {
  const url = text(call, side);
  if (url !== undefined) return databaseOfUrl(side, url);
  const file = text(call, 'migration');
  if (file === undefined) throw usage(`"npm run passage -- verify" needs --${side} <url>, or --migration <file>.`);
  const configuration = readConfiguration(file);
  if (configuration.platform === 'aws') {
    throw usage(`${file} is a migration on AWS, whose databases are found there: give --source and --target as URLs.`);
  }
  const { database } = configuration[side];
  return { ...database, password: passwordOf(side, database, file) };
}

function workersOf(call: Call): number {
  const given = text(call, 'workers');
  if (given === undefined) return WORKERS;
  if (!/^([1-9]|[1-5]\d|6[0-4])$/.test(given)) throw usage('--workers takes a number from 1 to 64.');
  return Number(given);
}
