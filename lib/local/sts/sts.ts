import { createHash } from 'node:crypto';
import { type Credentials, sessionArn } from '../iam/credentials.ts';
import { type Authorize, AwsError, type Endpoint, type Principal } from '../wire/endpoint.ts';
import { queryEndpoint } from '../wire/query.ts';

interface StsOptions {
  readonly credentials: Credentials;
  readonly authorize: Authorize;
  readonly accountId: string;
}

/** STS on loopback: who am I, and sessions of roles whose trust policy (the role's resource policy) lets the caller in. */
export function createSts({ credentials, authorize, accountId }: StsOptions): { readonly endpoint: Endpoint } {
  return {
    endpoint: queryEndpoint({
      service: 'sts',
      version: '2011-06-15',
      namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
      operations: {
        // Needs no permission, as on AWS.
        GetCallerIdentity: (_, { principal }) => ({
          Arn: principal.arn,
          UserId: userId(principal),
          Account: accountId,
        }),
        AssumeRole(parameters, { principal }) {
          const roleArn = required(parameters, 'RoleArn');
          const sessionName = required(parameters, 'RoleSessionName');
          if (!/^arn:aws:iam::\d{12}:role\/\S+$/.test(roleArn)) throw invalid(`${roleArn} is not the ARN of a role.`);
          const seconds = Number(parameters.get('DurationSeconds') ?? 3600);
          if (!/^[\w+=,.@-]{2,64}$/.test(sessionName))
            throw invalid(`RoleSessionName ${sessionName} must have 2 to 64 letters, digits or +=,.@-`);
          if (!(seconds >= 900 && seconds <= 43_200)) throw invalid('DurationSeconds must be 900 to 43200.');
          if ([...parameters.keys()].some((name) => /^Policy(Arns)?(\.|$)/.test(name)))
            throw invalid('Session policies are not simulated.');
          authorize(principal, 'sts:AssumeRole', roleArn, {
            'sts:RoleSessionName': sessionName,
            'sts:ExternalId': parameters.get('ExternalId') ?? undefined,
          });
          const keys = credentials.mint(roleArn, sessionName, { seconds });
          const assumed = { arn: sessionArn(roleArn, sessionName), roleArn };
          return {
            Credentials: {
              AccessKeyId: keys.accessKeyId,
              SecretAccessKey: keys.secretAccessKey,
              SessionToken: keys.sessionToken,
              Expiration: keys.expiration?.toISOString(),
            },
            AssumedRoleUser: { Arn: assumed.arn, AssumedRoleId: userId(assumed) },
          };
        },
      },
    }),
  };
}

/** AWS's unique id: the same for the same role or user, with the session's name behind it. */
function userId(principal: Principal): string {
  const id = createHash('sha256')
    .update(principal.roleArn ?? principal.arn)
    .digest('hex')
    .slice(0, 16)
    .toUpperCase();
  return principal.roleArn ? `AROA${id}:${principal.arn.split('/').at(-1)}` : `AIDA${id}`;
}

function required(parameters: URLSearchParams, name: string): string {
  const value = parameters.get(name);
  if (!value) throw invalid(`${name} must be given.`);
  return value;
}

const invalid = (message: string) => new AwsError('ValidationError', 400, message);
