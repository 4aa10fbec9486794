import { ensureChromium } from '../lib/local/chromium.ts';
import { ensurePostgres } from '../lib/local/postgres/setup.ts';

// What the machine must have: PostgreSQL to run anything, and with --browser a Chromium for the tests that look at pages.
const say = (line: string): void => console.log(line);
try {
  const { version, directory } = ensurePostgres(say);
  say(`PostgreSQL ${version} in ${directory}.`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(3);
}
if (process.argv.includes('--browser')) ensureChromium(say);
