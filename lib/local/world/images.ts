import { readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import type { Assembly } from '../assembly/assembly.ts';
import type { ImageSource } from '../assembly/manifest.ts';
import type { LocalImage, ResolveImage } from '../processes/image.ts';

/**
 * Images of the assembly run where their files lie: the Dockerfile says how they start. Others are the sample's.
 *
 * @param tools a folder that comes first on PATH: what the Dockerfile installs is found there (PostgreSQL's programs)
 */
export function imagesOf(
  assembly: Assembly,
  { tools, sample }: { readonly tools: string; readonly sample: (image: string) => LocalImage | undefined },
): ResolveImage {
  return (image) => {
    const source = assembly.findImage(image);
    const found = source ? fromDockerfile(source, tools) : sample(image);
    if (!found) throw new Error(`the image ${image} is neither of the cloud assembly nor of the sample`);
    return found;
  };
}

/** An image as its Dockerfile describes it: ENTRYPOINT, CMD, and ENV of one variable a line. */
export function fromDockerfile({ directory, dockerfile }: ImageSource, tools: string): LocalImage {
  const text = readFileSync(join(directory, dockerfile), 'utf8');
  const last = (instruction: string): string[] | undefined => {
    const found = text.match(new RegExp(`^${instruction} +(\\[.*\\])\\s*$`, 'gm'))?.at(-1);
    return found ? (JSON.parse(found.slice(found.indexOf('['))) as string[]) : undefined;
  };
  const command = last('ENTRYPOINT');
  if (!command) throw new Error(`${dockerfile} in ${directory} has no ENTRYPOINT in JSON form`);
  const variables = [...text.matchAll(/^ENV +(\w+)=(\S*)\s*$/gm)].map(([, name, value]) => [name, value]);
  const path = [tools, dirname(process.execPath), process.env.PATH].join(delimiter);
  return { command, arguments: last('CMD'), cwd: directory, env: { ...Object.fromEntries(variables), PATH: path } };
}
