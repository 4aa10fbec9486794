import { main } from '../lib/commands/main.ts';

const interrupted = new AbortController();
process.on('SIGINT', () => interrupted.abort());
process.on('SIGTERM', () => interrupted.abort());
process.exitCode = await main(process.argv.slice(2), interrupted.signal);
