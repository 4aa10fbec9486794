import { access } from './access.ts';
import type { Behaviour } from './behaviour.ts';
import { conditions } from './conditions.ts';
import { integrity } from './integrity.ts';
import { listing } from './listing.ts';
import { multipart } from './multipart.ts';
import { reading } from './reading.ts';
import { motoVersion, type Subject, startMoto, startOurs } from './subject.ts';
import { versions } from './versions.ts';
import { writing } from './writing.ts';

/** What moto lacks was seen with this version. With another one those behaviours are not asked for. */
const MOTO = '5.2.1';

const behaviours: Readonly<Record<string, readonly Behaviour[]>> = {
  reading,
  writing,
  conditions,
  integrity,
  multipart,
  versions,
  listing,
  access,
};

/** Runs the table against one S3; `lacks` says how a test of what it does not do is written. */
function conforms(start: () => Promise<Subject>, testOf: (behaviour: Behaviour) => [typeof test, name: string]): void {
  let s3: Subject;
  beforeAll(async () => {
    s3 = await start();
  });
  afterAll(() => s3?.close());
  describe.each(Object.keys(behaviours))('%s', (subject) => {
    for (const behaviour of behaviours[subject]!) {
      const [run, name] = testOf(behaviour);
      run(name, () => behaviour.run(s3));
    }
  });
}

describe('the local S3', () => {
  conforms(startOurs, ({ name }) => [test, name]);
});

const version = motoVersion();
describe(`moto ${version ?? '(moto_server is not on PATH, so it is not compared)'}`, () => {
  if (!version) test.skip('is not installed', () => {});
  else {
    conforms(startMoto, ({ name, moto }) => {
      if (!moto) return [test, name];
      // Where it is known to lack something it must fail: a reason that no longer holds is taken out of the table.
      return [(version === MOTO ? test.failing : test.skip) as typeof test, `${name} (not moto ${MOTO}: ${moto})`];
    });
  }
});
