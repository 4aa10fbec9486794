import { named, type Statement, Synthesized, sorted, statements, text } from './support.ts';

const stack = new Synthesized();
const bucket = (name: string) => stack.one('AWS::S3::Bucket', name)[1];
const policyOf = (name: string) => statements(stack.one('AWS::S3::BucketPolicy', name)[1].Properties.PolicyDocument);
const bySid = (sid: string): Statement | undefined => policyOf('Evidence').find(({ Sid }) => Sid === sid);

test.each(['Evidence', 'Staging'])(
  'the bucket %s is encrypted, closed to the public and reached by TLS only',
  (name) => {
    expect(bucket(name).Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    });
    expect(policyOf(name)).toContainEqual({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      actions: ['s3:*'],
      resources: [`<${name}Bucket.Arn>`, `<${name}Bucket.Arn>/*`],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    });
  },
);

describe('evidence', () => {
  test('is versioned, kept when the stack goes, and tells EventBridge', () => {
    expect(bucket('Evidence')).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      },
    });
  });

  test('is deleted by nobody', () => {
    expect(bySid('NothingIsDeleted')).toEqual({
      Sid: 'NothingIsDeleted',
      Effect: 'Deny',
      Principal: { AWS: '*' },
      actions: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
      resources: ['<EvidenceBucket.Arn>/*'],
    });
  });

  test('is written only with a condition on what was there before', () => {
    expect(bySid('NothingIsReplacedUnseen')).toMatchObject({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      actions: ['s3:PutObject'],
      resources: ['<EvidenceBucket.Arn>/*'],
      Condition: { Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' } },
    });
  });

  test('that decides is written once: not even its writer may replace it', () => {
    const once = bySid('WrittenOnce');
    expect(once).toMatchObject({ Effect: 'Deny', Condition: { Null: { 's3:if-none-match': 'true' } } });
    expect(sorted(once?.resources ?? [])).toEqual([
      '<EvidenceBucket.Arn>/approvals/*',
      '<EvidenceBucket.Arn>/migrations/*/configuration/*',
      '<EvidenceBucket.Arn>/requesters/*',
    ]);
  });

  test.each([
    ['OnlyOpenApprovalAsks', 'approvals/*/request.json', 'OpenApproval'],
    ['OnlyCastVoteVotes', 'approvals/*/votes/*', 'CastVote'],
    ['OnlyDecideApprovalDecides', 'approvals/*/outcome.json', 'DecideApproval'],
    ['OnlyRecordRequesterNames', 'requesters/*', 'RecordRequester'],
  ])('%s: puts of %s are denied to all but %s', (sid, pattern, task) => {
    const deny = bySid(sid);
    expect(deny).toMatchObject({
      Effect: 'Deny',
      Principal: { AWS: '*' },
      actions: ['s3:PutObject'],
      resources: [`<EvidenceBucket.Arn>/${pattern}`],
    });
    expect(Object.keys(deny?.Condition ?? {})).toEqual(['ArnNotEquals']);
    expect(text(deny?.Condition?.ArnNotEquals?.['aws:PrincipalArn'])).toBe(`<${task}Role.Arn>`);
  });

  test('has a policy that only ever denies', () => {
    expect(policyOf('Evidence').filter(({ Effect }) => Effect !== 'Deny')).toEqual([]);
  });
});

test('staging keeps no versions, expires after the longest approval, and is silent', () => {
  const { VersioningConfiguration, NotificationConfiguration, LifecycleConfiguration } = bucket('Staging').Properties;
  expect({ VersioningConfiguration, NotificationConfiguration }).toEqual({});
  expect(LifecycleConfiguration).toMatchObject({
    Rules: [{ Status: 'Enabled', ExpirationInDays: 8, AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } }],
  });
});

describe('the key of the task tokens', () => {
  const [, key] = stack.one('AWS::KMS::Key');
  const says = statements(key.Properties.KeyPolicy);
  const cryptographic = (statement: Statement) =>
    statement.actions.filter((action) => /^kms:(Encrypt|Decrypt|ReEncrypt|GenerateData|CreateGrant|\*)/.test(action));

  test('encrypts for OpenApproval and decrypts for DecideApproval, whatever the account allows elsewhere', () => {
    const users = says
      .filter((statement) => cryptographic(statement).length > 0)
      .map(({ Effect, Principal, actions }) => [Effect, text((Principal as { AWS: unknown }).AWS), ...actions]);
    expect(users).toEqual([
      ['Allow', '<OpenApprovalRole.Arn>', 'kms:Encrypt'],
      ['Allow', '<DecideApprovalRole.Arn>', 'kms:Decrypt'],
    ]);
  });

  test('is named by no role', () => {
    // A key of the stack, or a pattern that could mean one; the source's own keys are named by whole ARNs.
    const mayMeanIt = (resource: string) => resource.startsWith('<') || resource.includes('*');
    const users = stack
      .all('AWS::IAM::Role')
      .filter(([id]) =>
        stack
          .statementsOfRole(id)
          .some(
            ({ actions, resources }) =>
              actions.some((name) => name.startsWith('kms:')) && resources.some((each) => mayMeanIt(text(each))),
          ),
      );
    // Not by those two either: what the key says is enough.
    expect(users.map(([id]) => named(id))).toEqual([]);
  });

  test('is rotated', () => {
    expect(key.Properties.EnableKeyRotation).toBe(true);
  });
});

test('the key of the fingerprints is made by Secrets Manager and kept', () => {
  const [, secret] = stack.one('AWS::SecretsManager::Secret');
  expect(secret).toMatchObject({
    DeletionPolicy: 'Retain',
    Properties: { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } },
  });
});

test('a migration is a parameter, with defaults filled in and without a secret', () => {
  const [, { Properties }] = stack.one('AWS::SSM::Parameter');
  expect(Properties.Name).toBe('/passage/migrations/acme-retool');
  const value = JSON.parse(Properties.Value as string);
  expect(value).toMatchObject({ name: 'acme-retool', rehearsalFreshForHours: 168, approvals: { required: 2 } });
  expect(value).not.toHaveProperty('$schema');
});
