import { collectGarbage } from '../../support/collect-garbage.ts';

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
  collectGarbage();
  const before = process.memoryUsage().external;
  const held = () => process.memoryUsage().external - before;
  let most = 0;
  return {
    look() {
      if (held() > limitBytes) collectGarbage();
      most = Math.max(most, held());
    },
    most: () => most,
  };
}
