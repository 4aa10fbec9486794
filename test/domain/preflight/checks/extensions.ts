import type { Collected } from '../../../../lib/domain/preflight/check.ts';
import { type Cases, fine } from '../world.ts';

type InStore = Collected['databases']['extensionsInStore'][number];

/** A source with citext 1.6, and what the target has in store of it. */
function citext(store: Partial<InStore>, majors = [15, 15]): Partial<Collected> {
  const { source, target } = fine.databases;
  const [from, to] = majors as [number, number];
  return {
    databases: {
      ...fine.databases,
      source: { ...source, major: from, extensions: [{ name: 'citext', version: '1.6' }] },
      target: { ...target, major: to },
      extensionsInStore: [
        { name: 'citext', installed: null, version: '1.6', requires: [], creatable: 'yes', ...store },
      ],
    },
  };
}
const none = { ...fine.databases, source: { ...fine.databases.source, extensions: [] }, extensionsInStore: [] };

export const cases: Cases = {
  'all in store': { given: {}, severity: 'PASS', says: /uuid-ossp 1.1: all in store/ },
  none: { given: { databases: none }, severity: 'PASS', says: /none/ },
  'to be created': { given: citext({}), severity: 'PASS', says: /citext 1.6/ },
  'missing in store': {
    given: citext({ version: null, creatable: 'no' }),
    severity: 'BLOCKER',
    says: /no extension "citext" in store/,
  },
  'for superusers only': { given: citext({ creatable: 'no' }), severity: 'BLOCKER', says: /Only a superuser/ },
  'for superusers only, and in the named database already': {
    given: citext({ creatable: 'no', installed: '1.6' }),
    severity: 'BLOCKER',
    says: /the scratch database of a rehearsal is another one/,
  },
  'for superusers only, whom the provider stands in for': {
    given: citext({ creatable: 'provider' }),
    severity: 'INFO',
    says: /provider of the target lets its master/,
  },
  'for superusers only, and left out': {
    given: {
      ...citext({ creatable: 'no' }),
      configuration: { ...fine.configuration, copy: { grants: 'leave', leaveOut: { extensions: ['citext'] } } },
    },
    severity: 'INFO',
    says: /"citext" is left out of the copy/,
  },
  'requiring what the source lacks': {
    given: citext({ requires: ['cube'] }),
    severity: 'BLOCKER',
    says: /requires cube/,
  },
  'of an older version': {
    given: citext({ version: '1.5' }, [14, 15]),
    severity: 'WARNING',
    says: /1.6 on the source, 1.5 on the target/,
  },
  'of a newer version': { given: citext({ version: '1.10' }, [14, 15]), severity: 'INFO', says: /1.10 on the target/ },
  'of another version on one major': {
    given: citext({ version: '1.10' }),
    severity: 'BLOCKER',
    says: /proof takes that for a difference/,
  },
  'of another version in the named database': {
    given: citext({ installed: '1.5' }, [14, 15]),
    severity: 'WARNING',
    says: /1.5 on the target/,
  },
  'another version in store than the named database has, one of them older': {
    given: citext({ installed: '1.7', version: '1.5' }, [15, 16]),
    severity: 'WARNING',
    says: /1\.5 and 1\.7 on the target/,
  },
};
