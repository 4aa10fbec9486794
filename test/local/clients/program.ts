import { execFile } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What a program said, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Program {
  /** Its HOME: nothing of the user's own settings is read or changed. */
  readonly home: string;
  /** Runs it with these variables and no others of AWS or Kubernetes. */
  run(environment: Readonly<Record<string, string>>, ...words: string[]): Promise<Ran>;
  /** As `run`; what it printed, once it ended well. */
  out(environment: Readonly<Record<string, string>>, ...words: string[]): Promise<string>;
  close(): void;
}

/** Runs `tests` where the programs are installed; else there is one skipped test, which says what is missing. */
export function withInstalled(programs: readonly string[], tests: () => void): void {
  const missing = programs.filter((program) => !isInstalled(program));
  if (missing.length === 0) tests();
  else test.skip(`skipped, not installed: ${missing.join(', ')}`, () => {});
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function openProgram(program: string): Program {
  const home = mkdtempSync(join(tmpdir(), `${program}-home-`));
  const run: Program['run'] = (environment, ...words) =>
    new Promise((resolve) => {
      const { PATH = '' } = process.env;
      const options = { env: { PATH, HOME: home, LANG: 'C.UTF-8', ...environment }, cwd: home, timeout: 60_000 };
      execFile(program, words, options, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      });
    });
  return {
    home,
    run,
    async out(environment, ...words) {
      const { code, stdout, stderr } = await run(environment, ...words);
      if (code !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${code}: ${stdout}${stderr}`);
      return stdout;
    },
    close: () => rmSync(home, { recursive: true, force: true }),
  };
}
