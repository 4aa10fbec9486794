import { evidenceDigest, s3Approvals } from '../../lib/adapters/approvals.ts';
import { s3Evidence } from '../../lib/adapters/evidence.ts';
import { sha256 } from '../../lib/domain/digest.ts';
import { emptyLedger, taken } from '../../lib/domain/ledger.ts';
import { keys } from '../../lib/domain/run.ts';
import { declared } from '../support/declared.ts';
import { memoryDocuments } from '../support/memory-documents.ts';
import { deployed, dns, fence, lease, noon, plan, request, vote } from '../support/run-documents.ts';

const configurationDigest = 'c'.repeat(64);
const holding = (more: object = {}) => ({
  ...taken(emptyLedger(lease.migration, noon), {
    run: lease.run,
    execution: 'arn:x',
    mode: 'cutover',
    configurationDigest,
    at: noon,
  }),
  ...more,
});

function bucket() {
  const documents = memoryDocuments();
  return { documents, evidence: s3Evidence(documents) };
}

describe('a document of a run', () => {
  test('is written once: whoever writes again is given what stands there', async () => {
    const { evidence } = bucket();
    expect(await evidence.write('autumn', 'dns', dns())).toEqual(dns());
    expect(await evidence.write('autumn', 'dns', { ...dns(), zone: null, records: [] })).toEqual(dns());
    expect(await evidence.read('autumn', 'dns')).toEqual(dns());
  });

  test('that is not what its schema says is not written', async () => {
    const { documents, evidence } = bucket();
    await expect(evidence.write('autumn', 'dns', { ...dns(), password: 'x' } as never)).rejects.toThrow(/password/);
    expect(documents.objects.size).toBe(0);
  });

  test('that is not there is null to one who looks, and a failure to one who needs it', async () => {
    const { evidence } = bucket();
    expect(await evidence.find('autumn', 'fence')).toBeNull();
    await expect(evidence.read('autumn', 'fence')).rejects.toEqual(
      declared('ServiceUnavailable', /Run autumn has no document "fence"/),
    );
  });
});

describe('the configuration of a lease', () => {
  test('is that of the digest in the ledger', async () => {
    const { documents, evidence } = bucket();
    documents.tamper(keys.ledger(lease.migration), holding());
    documents.tamper(keys.configuration(lease.migration, configurationDigest), deployed());
    expect(await evidence.configuration(lease)).toEqual(deployed());
  });

  test.each([
    ['no ledger', null],
    ['no holder', holding({ holder: null })],
    ['a later epoch', holding({ epoch: 2 })],
  ])('is not told with %s', async (_, ledger) => {
    const { documents, evidence } = bucket();
    if (ledger) documents.tamper(keys.ledger(lease.migration), ledger);
    await expect(evidence.configuration(lease)).rejects.toEqual(declared('LeaseLost', /epoch 1/));
  });

  test('that is missing from the evidence is named by its digest', async () => {
    const { documents, evidence } = bucket();
    documents.tamper(keys.ledger(lease.migration), holding());
    await expect(evidence.configuration(lease)).rejects.toEqual(
      declared('ConfigurationInvalid', new RegExp(configurationDigest)),
    );
  });
});

describe('the objects of an approval', () => {
  test('are none before they are written', async () => {
    const approvals = s3Approvals(memoryDocuments());
    const found = [await approvals.request('a'), await approvals.votes('a'), await approvals.outcome('a')];
    expect(found).toEqual([null, [], null]);
  });

  test('are those of this approval and of none whose name begins alike', async () => {
    const documents = memoryDocuments();
    documents.tamper(keys.request('autumn-go'), request());
    documents.tamper(keys.vote('autumn-go', 'bob@example.com'), vote('bob@example.com'));
    documents.tamper(keys.vote('autumn-go-2', 'carol@example.com'), vote('carol@example.com'));
    const approvals = s3Approvals(documents);
    expect((await approvals.votes('autumn-go')).map(({ email }) => email)).toEqual(['bob@example.com']);
    expect(await approvals.request('autumn-go')).toEqual(request());
  });

  test('the digest is over the bytes that are stored, of every piece that exists by now', async () => {
    const { documents, evidence } = bucket();
    await evidence.write('autumn', 'plan', plan());
    const before = await evidenceDigest(documents, lease, 'switch', 'p');
    const key = keys.document('autumn', 'plan');
    expect(before.evidence).toEqual([{ key, sha256: sha256((await documents.text(key)) ?? '') }]);
    await evidence.write('autumn', 'fence', fence());
    const after = await evidenceDigest(documents, lease, 'switch', 'p');
    expect(after.evidence.map((piece) => piece.key)).toEqual([key, keys.document('autumn', 'fence')]);
    expect(after.digest).not.toBe(before.digest);
  });
});
