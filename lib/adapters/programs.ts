import { existsSync, readFileSync } from 'node:fs';

/** In the source tree `lib/programs`; in a bundle the folder `programs` beside the entry, or beside the folder of its chunks. */
const folders = ['../programs/', './programs/'].map((folder) => new URL(folder, import.meta.url));

/** A program for people to run, as it stands in `lib/programs`. */
export function program(name: string): string {
  const file = folders.map((folder) => new URL(name, folder)).find((candidate) => existsSync(candidate));
  if (!file)
    throw new Error(`lib/programs/${name} is missing: a bundle must carry the folder lib/programs as programs.`);
  return readFileSync(file, 'utf8');
}
