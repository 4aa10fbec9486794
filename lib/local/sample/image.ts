import { fileURLToPath } from 'node:url';
import type { LocalImage } from '../processes/image.ts';

const APPLICATION = fileURLToPath(new URL('./retool.ts', import.meta.url));

/** What `tryretool/backend:<tag>` is here: the sample application. Undefined for any other image. */
export function sampleImage(image: string): LocalImage | undefined {
  const tag = /(?:^|\/)tryretool\/backend:([\w.-]+)$/.exec(image)?.[1];
  if (!tag) return undefined;
  return {
    // A heap of 64 MB is ample for it: a dozen of these run beside each other on a laptop.
    command: [process.execPath, '--max-old-space-size=64', APPLICATION],
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { RETOOL_VERSION: tag },
  };
}
