import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A Chromium of this machine; `undefined` without one. */
export const findChromium = (): string | undefined =>
  ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) => existsSync(path));

/** Finds a Chromium for the tests that look at pages, or installs it where root may; `say` tells how it went. */
export function ensureChromium(say: (line: string) => void): void {
  if (findChromium() === undefined && process.platform === 'linux' && process.getuid?.() === 0) {
    if (existsSync('/usr/bin/apt-get')) install(say);
  }
  const found = findChromium();
  say(
    found === undefined
      ? 'No Chromium: the tests that look at pages are skipped. Install one with: sudo apt-get install chromium'
      : `Browser ${found}.`,
  );
}

function install(say: (line: string) => void): void {
  say('No Chromium on this machine. Installing it for the tests that look at pages: apt-get install --yes chromium');
  spawnSync('apt-get', ['update'], { stdio: 'ignore' });
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  spawnSync('apt-get', ['install', '--yes', 'chromium'], { stdio: 'ignore', env });
}
