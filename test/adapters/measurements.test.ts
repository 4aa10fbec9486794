import { earlierFindings } from '../../lib/adapters/earlier.ts';
import { s3Measurements } from '../../lib/adapters/measurements.ts';
import { keys } from '../../lib/domain/run.ts';
import { memoryDocuments } from '../support/memory-documents.ts';
import { databases, deployed, later, measurement, plan, source } from '../support/run-documents.ts';

const at = (day: number) => later(day * 86_400);

describe('measurements', () => {
  test('are read from the oldest to the newest thirty, however their runs are called', async () => {
    const documents = memoryDocuments();
    const measurements = s3Measurements(documents);
    for (const day of [40, 3, 17]) await measurements.record('acme', measurement({ run: `z${99 - day}`, at: at(day) }));
    expect((await measurements.read('acme')).map((one) => one.at)).toEqual([at(3), at(17), at(40)]);
    for (let day = 41; day <= 75; day++)
      await measurements.record('acme', measurement({ run: `r${day}`, at: at(day) }));
    const read = await measurements.read('acme');
    expect(read).toHaveLength(30);
    expect([read[0]?.at, read.at(-1)?.at]).toEqual([at(46), at(75)]);
  });

  test('are of one migration', async () => {
    const measurements = s3Measurements(memoryDocuments());
    await measurements.record('acme', measurement());
    expect(await measurements.read('acme-2')).toEqual([]);
  });

  test('stand once: a second writing changes nothing', async () => {
    const measurements = s3Measurements(memoryDocuments());
    await measurements.record('acme', measurement({ sourceBytes: 1 }));
    await measurements.record('acme', measurement({ sourceBytes: 2 }));
    expect((await measurements.read('acme')).map(({ sourceBytes }) => sourceBytes)).toEqual([1]);
  });

  test('of another version of Passage are left out', async () => {
    const documents = memoryDocuments();
    const measurements = s3Measurements(documents);
    await measurements.record('acme', measurement());
    documents.tamper(keys.measurement('acme', { at: at(9), run: 'future' }), { ...measurement(), more: true });
    documents.tamper(keys.measurement('acme', { at: at(10), run: 'broken' }), '{');
    expect((await measurements.read('acme')).map(({ run }) => run)).toEqual(['monday']);
  });
});

describe('the evidence of an earlier run', () => {
  test('is what stands there, with its configuration', async () => {
    const documents = memoryDocuments();
    documents.tamper(keys.document('monday', 'plan'), plan({ run: 'monday' }));
    documents.tamper(keys.document('monday', 'databases'), databases());
    documents.tamper(keys.configuration('acme-retool', plan().configurationDigest), deployed());
    const found = await earlierFindings(documents, 'acme-retool', 'monday');
    expect(found).toMatchObject({ plan: { run: 'monday' }, source: null, target: null, dns: null });
    expect(found.configuration).toEqual(deployed());
    expect(found.databases).toEqual(databases());
  });

  test('of another shape is null, and no error', async () => {
    const documents = memoryDocuments();
    const { imageTag: _, ...older } = source();
    documents.tamper(keys.document('monday', 'source'), older);
    expect((await earlierFindings(documents, 'acme-retool', 'monday')).source).toBeNull();
  });
});
