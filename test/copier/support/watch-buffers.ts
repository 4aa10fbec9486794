import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Frees what nobody holds, so that a busy machine, which collects late, does not count as memory in use. */
const collect = (): void => {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
};

export interface BufferWatch {
  /** To be called where much may be held. */
  readonly look: () => void;
  /** Bytes. */
  readonly most: () => number;
}

/**
 * How many bytes of buffers, which rows on their way are in, are held at most when somebody looks: beyond what is held
 * now, by other tests of this process and by what has to be loaded once. Garbage counts up to the limit only.
 */
export function watchBuffers(limitBytes: number): BufferWatch {
  collect();
  const before = process.memoryUsage().external;
  const held = () => process.memoryUsage().external - before;
  let most = 0;
  return {
    look() {
      if (held() > limitBytes) collect();
      most = Math.max(most, held());
    },
    most: () => most,
  };
}
