import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
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
if (process.argv.includes('--browser')) ensureChromium();

function ensureChromium(): void {
  const found = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
  if (found) {
    say(`Browser ${found}.`);
    return;
  }
  const mayInstall = process.platform === 'linux' && process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');
  if (mayInstall) {
    say('No Chromium on this machine. Installing it for the tests that look at pages: apt-get install --yes chromium');
    spawnSync('apt-get', ['update'], { stdio: 'ignore' });
    const options = { stdio: 'ignore' as const, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
    if (spawnSync('apt-get', ['install', '--yes', 'chromium'], options).status === 0) {
      say('Browser /usr/bin/chromium.');
      return;
    }
  }
  say('No Chromium: the tests that look at pages are skipped. Install one with: sudo apt-get install chromium');
}
