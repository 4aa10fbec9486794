import { CRCS, type CrcName, combineCrcs, startCrc } from '../../../lib/local/s3/crc.ts';

const of = (name: CrcName, ...pieces: string[]) => {
  const crc = startCrc(name);
  for (const piece of pieces) crc.update(Buffer.from(piece));
  return crc.digest().toString('hex');
};

test.each([
  ['crc32', 'cbf43926'],
  ['crc32c', 'e3069283'],
  ['crc64nvme', 'ae8b14860a799888'],
] as const)('the check value of %s is %s, in however many pieces the bytes come', (name, check) => {
  expect([of(name, '123456789'), of(name, '1234', '', '56789')]).toEqual([check, check]);
});

test.each(Object.keys(CRCS) as CrcName[])('%s of a whole follows from those of its parts', (name) => {
  const parts = ['', 'a', 'passage '.repeat(1000), '\u0000\u0000', 'end'];
  for (const a of parts) {
    for (const b of parts) {
      const combined = combineCrcs(
        name,
        Buffer.from(of(name, a), 'hex'),
        Buffer.from(of(name, b), 'hex'),
        Buffer.byteLength(b),
      );
      expect(combined.toString('hex')).toBe(of(name, a, b));
    }
  }
});
