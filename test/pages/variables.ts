import type { SourceFindings } from '../../lib/workflow/documents.ts';

type Variable = SourceFindings['variables'][number];

const kept = (name: string) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:passage/acme-retool/${name}`;

/** A variable of the source as Passage reads it: known, in clear, of one service. */
export const variable = (name: string, more: Partial<Variable> = {}): Variable => ({
  name,
  services: ['retool-main'],
  fate: 'carry',
  because: 'is a limit',
  secret: false,
  value: '30000',
  fingerprint: null,
  from: 'environment',
  reference: null,
  collected: null,
  agrees: true,
  ...more,
});

const secret = (name: string, into: string, more: Partial<Variable> = {}): Variable =>
  variable(name, {
    secret: true,
    value: null,
    fingerprint: '5f2a91c0',
    from: 'secrets-manager',
    reference: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:acme/retool-AbCdEf',
    collected: { secretArn: kept(into), key: name },
    ...more,
  });

/** One of each fate; none is unknown. */
export const knownVariables: readonly Variable[] = [
  secret('ENCRYPTION_KEY', 'encryption-key', {
    because: 'opens what is encrypted in the database',
    services: ['retool-main', 'retool-jobs'],
    collected: { secretArn: kept('encryption-key'), key: null },
  }),
  variable('BASE_DOMAIN', { because: 'is the name that users type', value: 'https://retool.acme.example.com' }),
  secret('OIDC_CLIENT_SECRET', 'held-back', {
    fate: 'hold',
    because: 'belongs to single sign-on, which works only under the real name',
  }),
  variable('POSTGRES_HOST', {
    fate: 'derive',
    because: 'is where the main database is, which moves',
    value: 'db.acme.internal',
  }),
  variable('SERVICE_TYPE', { fate: 'drop', because: 'is set by the chart', value: 'MAIN_BACKEND' }),
];

/** A variable that Passage does not know, and nobody has answered for. */
export const unknownVariable = (name: string): Variable =>
  secret(name, 'undecided', { fate: 'ask', because: 'is not known to Passage', from: 'environment', reference: null });
