import Sequencer from '@jest/test-sequencer';

/** Levels whose files take minutes, whatever their size. */
const LONG = ['end-to-end', 'postgres', 'machines'];

/** A fresh clone knows no times of an earlier run: long files begin first, so that none is left alone at the end. */
export default class LongestFirst extends Sequencer {
  sort(tests) {
    const bySize = super.sort(tests);
    const of = (level) => bySize.filter(({ context }) => context.config.displayName.name === level);
    return [...new Set([...LONG.flatMap(of), ...bySize])];
  }
}
