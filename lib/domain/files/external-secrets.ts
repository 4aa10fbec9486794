import { DATABASE_PASSWORD, EXTRA_VARIABLES, namespaceOf } from './chart.ts';
import type { Collected, UserFile } from './file.ts';
import { accountOf, ownSecrets, placeOf, targetSecret } from './places.ts';
import { type Entry, entry, open, Tree } from './tree.ts';
import { yamls } from './yaml.ts';

const API = 'external-secrets.io/v1';
const STORE = 'retool-secretstore';

/** `external-secrets.yaml`: from Secrets Manager to the Kubernetes secrets that `values.yaml` names. */
export function externalSecretsFile(collected: Collected): UserFile {
  const secrets = Object.entries(ownSecrets).flatMap(([variable, name]) => {
    const place = placeOf(collected, variable);
    if (place === null) return [];
    const property = place.property === null ? [] : [entry('property', place.property)];
    return [externalSecret(collected, name, keyed(name, new Tree(entry('key', place.id), ...property)))];
  });
  const password = keyed(
    DATABASE_PASSWORD.key,
    new Tree(
      open('key', 'arn:aws:secretsmanager:…', 'The secret of the application’s own database login, not Passage’s.'),
      entry('property', 'password'),
    ),
  );
  const extra = entry('dataFrom', [
    new Tree(entry('extract', new Tree(entry('key', targetSecret(collected, EXTRA_VARIABLES))))),
  ]);
  return {
    name: 'external-secrets.yaml',
    text: yamls(
      [
        store(collected),
        ...secrets,
        externalSecret(collected, DATABASE_PASSWORD.secret, password),
        externalSecret(collected, EXTRA_VARIABLES, extra),
      ],
      [
        'Brings secrets of Secrets Manager into the cluster, for External Secrets Operator. Values are never in a file.',
        'The role of the operator must be allowed to read what stands under "key".',
        '',
        'kubectl apply --filename external-secrets.yaml',
      ],
    ),
    why: 'How the target gets its secrets: External Secrets reads them in Secrets Manager and keeps the Kubernetes secrets that values.yaml names.',
    how: 'Without the blueprints, which do this by themselves: fill in what is behind a #, then kubectl apply it when create-secrets.mjs has run and before the chart is installed.',
  };
}

const store = (collected: Collected): Tree => {
  const account = accountOf(collected);
  const region = account ? entry('region', account.region) : open('region', 'eu-west-1');
  return new Tree(
    entry('apiVersion', API),
    entry('kind', 'SecretStore'),
    entry('metadata', metadata(collected, STORE)),
    entry(
      'spec',
      new Tree(entry('provider', new Tree(entry('aws', new Tree(entry('service', 'SecretsManager'), region))))),
    ),
  );
};

const externalSecret = (collected: Collected, name: string, data: Entry): Tree =>
  new Tree(
    entry('apiVersion', API),
    entry('kind', 'ExternalSecret'),
    entry('metadata', metadata(collected, name)),
    entry(
      'spec',
      new Tree(
        entry('refreshInterval', '1m'),
        entry('secretStoreRef', new Tree(entry('kind', 'SecretStore'), entry('name', STORE))),
        entry(
          'target',
          new Tree(entry('name', name), entry('creationPolicy', 'Owner'), entry('deletionPolicy', 'Retain')),
        ),
        data,
      ),
    ),
  );

const metadata = (collected: Collected, name: string): Tree =>
  new Tree(entry('name', name), entry('namespace', namespaceOf(collected)));

const keyed = (secretKey: string, remoteRef: Tree): Entry =>
  entry('data', [new Tree(entry('secretKey', secretKey), entry('remoteRef', remoteRef))]);
