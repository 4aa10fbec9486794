import { randomBytes } from 'node:crypto';
import { sessionArn } from '../iam/credentials.ts';
import { ACCOUNT } from './account.ts';
import type { Cloud } from './cloud.ts';
import type { RolePolicies } from './policies.ts';

/** Stands for the role by which ECS reads what the sample's containers take from elsewhere. */
export const EXECUTION_ROLE = `arn:aws:iam::${ACCOUNT.accountId}:role/acme-retool-execution`;

/** What the sample's owner has granted beside Passage's deployment: ECS may read more than Passage. */
export const sampleRoles: readonly RolePolicies[] = [
  {
    arn: EXECUTION_ROLE,
    trust: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'ecs-tasks.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    policies: [
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['secretsmanager:GetSecretValue', 'ssm:GetParameters'], Resource: '*' },
          // One secret of each store is under the owner's own key.
          {
            Effect: 'Allow',
            Action: 'kms:Decrypt',
            Resource: `arn:aws:kms:${ACCOUNT.region}:${ACCOUNT.accountId}:key/*`,
            Condition: {
              StringEquals: {
                'kms:ViaService': ['secretsmanager', 'ssm'].map((of) => `${of}.${ACCOUNT.region}.amazonaws.com`),
              },
            },
          },
        ],
      },
    ],
  },
];

/** Variables in clear that both of the sample's services have, beside those of the database. */
export const plainVariables = {
  USE_GCM_ENCRYPTION: 'false',
  USE_ENCRYPTION_V2: 'true',
  COOKIE_INSECURE: 'false',
  DBCONNECTOR_QUERY_TIMEOUT_MS: '120000',
  // Single sign-on, which a target gets last.
  CLIENT_ID: '1047-acme.apps.googleusercontent.com',
  RESTRICTED_DOMAIN: 'acme.example.com',
  DISABLE_USER_PASS_LOGIN: 'true',
  // Of the owner's own making: nobody else knows what it is.
  ACME_THEME: 'dark',
};

interface ContainerSecret {
  readonly name: string;
  readonly valueFrom: string;
}

const random = () => randomBytes(24).toString('hex');

/**
 * Puts secrets into the two stores, once, and says how containers refer to them: in every form that ECS knows.
 *
 * @param key the owner's own, which one secret of each store is under
 */
export function plantSecrets(
  { secrets, ssm }: Pick<Cloud, 'secrets' | 'ssm'>,
  key: string | undefined,
): ContainerSecret[] {
  const application = secrets.createSecret({
    name: 'acme-retool/application',
    value: JSON.stringify({ jwt: random(), clientSecret: random() }),
    ...(key && { kmsKeyId: key }),
  });
  const scim = secrets.createSecret({ name: 'acme-retool/scim-token', value: random() });
  const parameter = (name: string, keyId?: string): string => {
    if (ssm.value(name) === undefined) ssm.putParameter(name, random(), 'SecureString', keyId);
    return name;
  };
  const arn = `arn:aws:ssm:${ACCOUNT.region}:${ACCOUNT.accountId}:parameter`;
  return [
    { name: 'JWT_SECRET', valueFrom: `${application}:jwt::` },
    { name: 'CLIENT_SECRET', valueFrom: `${application}:clientSecret:AWSCURRENT:` },
    { name: 'SCIM_AUTH_TOKEN', valueFrom: scim },
    { name: 'LICENSE_KEY', valueFrom: `${arn}${parameter('/acme-retool/license-key', key)}` },
    { name: 'RETOOL_EXPOSED_WAREHOUSE_TOKEN', valueFrom: parameter('/acme-retool/warehouse-token') },
  ];
}

/** What ECS does before a container starts: reads a secret or a parameter as the execution role. */
export function containerSecrets({
  secrets,
  ssm,
}: Pick<Cloud, 'secrets' | 'ssm'>): (valueFrom: string, executionRole: string | undefined) => string {
  return (valueFrom, executionRole = '') => {
    const self = { arn: sessionArn(executionRole, 'ecs'), roleArn: executionRole };
    const [, secret = '', key] = /^(arn:aws:secretsmanager:(?:[^:]*:){3}[^:]+)(?::([^:]*))?/.exec(valueFrom) ?? [];
    const text = secret ? secrets.valueFor(self, secret) : ssm.valueFor(self, valueFrom);
    const value = key ? (JSON.parse(text ?? '{}') as Record<string, string>)[key] : text;
    if (value === undefined) throw new Error(`${valueFrom} has no value`);
    return value;
  };
}
