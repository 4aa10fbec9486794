import { KMSClient, ListAliasesCommand, ListKeysCommand } from '@aws-sdk/client-kms';
import { GetFunctionCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetChangeCommand, Route53Client } from '@aws-sdk/client-route-53';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { z } from 'zod';
import { systemClock } from '../../../lib/local/clock.ts';
import { type AccessKeys, type Credentials, createCredentials } from '../../../lib/local/iam/credentials.ts';
import { AwsError } from '../../../lib/local/wire/endpoint.ts';
import { type Gateway, startGateway } from '../../../lib/local/wire/gateway.ts';
import { jsonEndpoint, operation } from '../../../lib/local/wire/json.ts';
import { queryEndpoint } from '../../../lib/local/wire/query.ts';
import { json, restEndpoint, route, xmlAnswer } from '../../../lib/local/wire/rest.ts';

const region = 'eu-central-1';
const role = 'arn:aws:iam::111122223333:role/passage/CopyRole';
const defects: unknown[] = [];
let gateway: Gateway;
let credentials: Credentials;
let keys: AccessKeys;
let skew = 0;
const clock = { ...systemClock, now: () => Date.now() + skew };

const client = (credentials: AccessKeys = keys) => ({ endpoint: gateway.url, region, credentials, maxAttempts: 1 });

beforeAll(async () => {
  credentials = createCredentials({ clock, accountId: '111122223333' });
  keys = credentials.mint(role, 'test');
  gateway = await startGateway({
    credentials,
    clock,
    region,
    onDefect: (error) => defects.push(error),
    endpoints: [
      jsonEndpoint({
        service: 'kms',
        targetPrefix: 'TrentService',
        version: '1.1',
        operations: {
          ListKeys: operation(z.object({ Limit: z.number().max(10).optional() }), ({ Limit }, { principal }) => {
            if (Limit === 7) throw new Error('a defect');
            return { Keys: [{ KeyId: String(Limit), KeyArn: principal.arn }] };
          }),
        },
      }),
      restEndpoint({
        service: 'lambda',
        protocol: 'rest-json',
        routes: [
          route('GetFunction', 'GET /2015-03-31/functions/{name}', ({ parameters }) => {
            if (parameters.name === 'none')
              throw new AwsError('ResourceNotFoundException', 404, 'Function not found: none');
            return json({ Configuration: { FunctionName: parameters.name } });
          }),
        ],
      }),
      restEndpoint({
        service: 'route53',
        protocol: 'rest-xml',
        routes: [
          route('GetChange', 'GET /2013-04-01/change/{id}', ({ parameters }) => {
            if (parameters.id === 'none') throw new AwsError('NoSuchChange', 404, 'Could not find resource');
            return xmlAnswer('GetChangeResponse', {
              ChangeInfo: { Id: parameters.id, Status: 'INSYNC', SubmittedAt: '2026-11-21T00:00:00Z' },
            });
          }),
        ],
      }),
      queryEndpoint({
        service: 'sts',
        version: '2011-06-15',
        namespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
        operations: { GetCallerIdentity: (_, { principal }) => ({ Arn: principal.arn, Account: '<&>' }) },
      }),
    ],
  });
});
afterAll(() => gateway.close());
afterEach(() => {
  skew = 0;
});

test('a JSON service answers a signed call and knows who signed it', async () => {
  const answer = await new KMSClient(client()).send(new ListKeysCommand({ Limit: 3 }));
  expect(answer.Keys).toEqual([{ KeyId: '3', KeyArn: 'arn:aws:sts::111122223333:assumed-role/CopyRole/test' }]);
});

test('input that does not fit the schema is a ValidationException that names the field', async () => {
  const call = new KMSClient(client()).send(new ListKeysCommand({ Limit: 11 }));
  await expect(call).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining("'Limit'"),
  });
});

test('a REST service in JSON routes by path and decodes its parameters', async () => {
  const lambda = new LambdaClient(client());
  const found = await lambda.send(new GetFunctionCommand({ FunctionName: 'plan copy/ä' }));
  expect(found.Configuration?.FunctionName).toBe('plan copy/ä');
  await expect(lambda.send(new GetFunctionCommand({ FunctionName: 'none' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    message: 'Function not found: none',
    $metadata: { httpStatusCode: 404 },
  });
});

test('a REST service in XML answers and raises the error class of its client', async () => {
  const route53 = new Route53Client(client());
  expect((await route53.send(new GetChangeCommand({ Id: 'C1' }))).ChangeInfo?.Status).toBe('INSYNC');
  await expect(route53.send(new GetChangeCommand({ Id: 'none' }))).rejects.toMatchObject({ name: 'NoSuchChange' });
});

test('a Query service answers in XML, escaped', async () => {
  const answer = await new STSClient(client()).send(new GetCallerIdentityCommand({}));
  expect(answer).toMatchObject({ Account: '<&>', Arn: 'arn:aws:sts::111122223333:assumed-role/CopyRole/test' });
});

test('a request without a signature is refused', async () => {
  const response = await fetch(gateway.url, { method: 'POST', headers: { 'x-amz-target': 'TrentService.ListKeys' } });
  expect(await response.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
});

test('an operation or a service that nobody wrote is refused by name', async () => {
  await expect(new KMSClient(client()).send(new ListAliasesCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    message: 'kms has no operation ListAliases here.',
  });
  await expect(new SSMClient(client()).send(new GetParameterCommand({ Name: 'a' }))).rejects.toThrow('has no ssm');
});

test.each([
  ['a wrong secret', () => ({ ...keys, secretAccessKey: 'wrong' }), 'InvalidSignatureException'],
  ['an unknown key', () => ({ ...keys, accessKeyId: 'ASIAUNKNOWN' }), 'UnrecognizedClientException'],
  ['a session key without its token', () => ({ ...keys, sessionToken: undefined }), 'UnrecognizedClientException'],
  ['another session token', () => ({ ...keys, sessionToken: 'other' }), 'UnrecognizedClientException'],
])('%s is refused', async (_, wrong, name) => {
  await expect(new KMSClient(client(wrong())).send(new ListKeysCommand({}))).rejects.toMatchObject({ name });
});

test('an expired session is refused as expired', async () => {
  const short = credentials.mint(role, 'short', { seconds: 60 });
  skew = 61_000;
  await expect(new KMSClient(client(short)).send(new ListKeysCommand({}))).rejects.toMatchObject({
    name: 'ExpiredTokenException',
  });
});

test('a clock that is 16 minutes off is refused once, and an SDK client corrects itself by our Date header', async () => {
  skew = 16 * 60_000;
  const kms = new KMSClient({ ...client(), maxAttempts: 2 });
  await expect(new KMSClient(client()).send(new ListKeysCommand({}))).rejects.toMatchObject({
    name: 'InvalidSignatureException',
  });
  expect((await kms.send(new ListKeysCommand({ Limit: 1 }))).Keys).toHaveLength(1);
});

/** A client whose requests are changed after they were signed. */
function tampered(change: { body?: string; headers?: Record<string, string> }): KMSClient {
  const kms = new KMSClient(client());
  const { requestHandler } = kms.config;
  const handle = requestHandler.handle.bind(requestHandler);
  requestHandler.handle = (request, options) => {
    Object.assign(request.headers, change.headers);
    if (change.body) request.body = change.body;
    return handle(request, options);
  };
  return kms;
}

test('a body changed on the way is refused', async () => {
  const call = tampered({ body: '{"Limit":9}' }).send(new ListKeysCommand({ Limit: 1 }));
  await expect(call).rejects.toMatchObject({ name: 'InvalidSignatureException' });
});

test('a header added after signing is refused', async () => {
  const call = tampered({ headers: { 'x-amz-sneaked': '1' } }).send(new ListKeysCommand({}));
  await expect(call).rejects.toThrow('not signed: x-amz-sneaked');
});

test('another region than the account has is refused', async () => {
  const kms = new KMSClient({ ...client(), region: 'us-west-2' });
  await expect(kms.send(new ListKeysCommand({}))).rejects.toThrow("valid region, not 'us-west-2'");
});

test('a defect of an endpoint is a 500 that is told apart from an answer', async () => {
  await expect(new KMSClient(client()).send(new ListKeysCommand({ Limit: 7 }))).rejects.toMatchObject({
    name: 'InternalFailure',
    $metadata: { httpStatusCode: 500 },
  });
  expect(defects).toEqual([expect.objectContaining({ message: 'a defect' })]);
});
