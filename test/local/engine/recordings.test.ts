import { readPack } from '../../../lib/local/recordings/pack.ts';
import { play } from '../../../lib/local/recordings/play.ts';
import { findRecordings } from './recordings.ts';

/** The engine against what was recorded on AWS, by the code of `npm run recordings`. */
const pack = findRecordings();
const entries = pack === undefined ? [] : readPack(pack);
const jsonata = entries.filter(({ row }) => row.queryLanguage === 'JSONata');

if (pack === undefined) {
  test.skip('recordings: skipped, PASSAGE_DATA names no folder with step-functions-recordings', () => {});
} else {
  test('there are JSONata recordings of both kinds', () => {
    const kinds = new Set(jsonata.map(({ row }) => row.kind));
    expect([...kinds].sort()).toEqual(expect.arrayContaining(['execution', 'teststate']));
  });

  describe('as recorded on AWS', () => {
    test.each(jsonata.map((entry) => [`${entry.row.kind} ${entry.row.name}`, entry] as const))(
      '%s',
      async (_, entry) => {
        const { verdict, reasons } = await play(entry);
        expect({ verdict, reasons }).toEqual({ verdict: 'passed', reasons: [] });
      },
    );
  });

  test('every machine with a state of JSONPath is refused at load, saying so', async () => {
    const others = entries.filter((entry) => !jsonata.includes(entry));
    expect(others.length).toBeGreaterThan(0);
    for (const entry of others) {
      const { verdict, reasons } = await play(entry);
      expect({ name: entry.row.name, verdict }).toEqual({ name: entry.row.name, verdict: 'refused' });
      const readable = reasons.some((reason) => /JSONPath|not JSON/.test(reason));
      expect({ name: entry.row.name, reasons, readable }).toEqual({ name: entry.row.name, reasons, readable: true });
    }
  });
}
