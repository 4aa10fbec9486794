import { DeleteObjectCommand, DeleteObjectsCommand, GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import type { Behaviour } from './behaviour.ts';
import { failure, fetchAnswer, otherRole, putText, type Subject, send, sign } from './subject.ts';

const denied = { code: 'AccessDenied', status: 403 };
const examples = 'userguide/example-bucket-policies.html';
const presigned = 'userguide/using-presigned-url.html';
const query = 'API/sigv4-query-string-auth.html';
const noPolicyDetail = 'heeds the action and resource of a statement, not its principal or conditions';
const noSignature = 'checks no signature';

/** A bucket policy for as long as the body runs: the bucket is shared. */
async function under(s3: Subject, statement: object, body: (arn: string) => Promise<void>): Promise<void> {
  const arn = `arn:aws:s3:::${s3.plain}`;
  await s3.setPolicy(s3.plain, { Principal: '*', ...statement });
  try {
    await body(arn);
  } finally {
    const harmless = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${arn}/access/public/*` };
    await s3.setPolicy(s3.plain, harmless);
  }
}

const all = (s3: Subject, below = 'access/') => `arn:aws:s3:::${s3.plain}/${below}*`;

const refuses = (name: string, code: string, asked: (s3: Subject) => Parameters<typeof sign>[1]): Behaviour => ({
  name,
  documented: 'API/ErrorResponses.html#ErrorCodeList',
  moto: noSignature,
  async run(s3) {
    await putText(s3, s3.plain, 'access/signature');
    const answer = await send(s3, asked(s3));
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining(`<Code>${code}</Code>`)]);
  },
});
const get = (s3: Subject) => ({ method: 'GET', bucket: s3.plain, key: 'access/signature' });

export const access: readonly Behaviour[] = [
  {
    name: 'what a bucket policy denies is 403 AccessDenied for the owner too, one by one and many at once',
    documented: examples,
    moto: 'answers 403 with an empty body',
    async run(s3) {
      await putText(s3, s3.plain, 'access/kept');
      const statement = { Effect: 'Deny', Action: 's3:DeleteObject*', Resource: all(s3) };
      await under(s3, statement, async () => {
        const remove = new DeleteObjectCommand({ Bucket: s3.plain, Key: 'access/kept' });
        expect(await failure(s3.client.send(remove))).toEqual(denied);
        const { Errors } = await s3.client.send(
          new DeleteObjectsCommand({ Bucket: s3.plain, Delete: { Objects: [{ Key: 'access/kept' }] } }),
        );
        expect(Errors).toMatchObject([{ Key: 'access/kept', Code: 'AccessDenied' }]);
      });
    },
  },
  {
    name: 'a bucket policy may demand a condition header of every write',
    documented: 'userguide/conditional-writes-enforce.html',
    moto: noPolicyDetail,
    async run(s3) {
      const statement = {
        ...{ Effect: 'Deny', Action: 's3:PutObject', Resource: all(s3) },
        Condition: { Null: { 's3:if-none-match': 'true' }, Bool: { 's3:ObjectCreationOperation': 'true' } },
      };
      await under(s3, statement, async () => {
        expect(await failure(putText(s3, s3.plain, 'access/demanded'))).toEqual(denied);
        await putText(s3, s3.plain, 'access/demanded', 'x', { IfNoneMatch: '*' });
      });
    },
  },
  {
    name: 'a bucket policy may deny one principal what it allows another',
    documented: examples,
    moto: noPolicyDetail,
    async run(s3) {
      const statement = {
        ...{ Effect: 'Deny', Action: 's3:PutObject', Resource: all(s3) },
        Condition: { ArnEquals: { 'aws:PrincipalArn': otherRole } },
      };
      await under(s3, statement, async () => {
        const put = { ...s3, client: s3.other };
        expect(await failure(putText(put, s3.plain, 'access/principal'))).toEqual(denied);
        await putText(s3, s3.plain, 'access/principal');
      });
      await putText({ ...s3, client: s3.other }, s3.plain, 'access/principal');
    },
  },
  {
    name: 'who may not list the bucket is told 403, not 404, of a missing key',
    documented: 'API/API_GetObject.html',
    moto: 'lets everybody do everything unless a bucket policy denies it',
    async run(s3) {
      const missing = { Bucket: s3.plain, Key: 'access/missing' };
      expect(await failure(s3.other.send(new GetObjectCommand(missing)))).toEqual(denied);
      expect(await failure(s3.other.send(new ListObjectsV2Command({ Bucket: s3.plain })))).toEqual(denied);
      expect((await failure(s3.client.send(new GetObjectCommand(missing)))).code).toBe('NoSuchKey');
    },
  },
  {
    name: 'a presigned URL reads its object',
    documented: presigned,
    async run(s3) {
      await putText(s3, s3.plain, 'access/signature');
      expect(await fetchAnswer((await sign(s3, { ...get(s3), presign: 60 })).url)).toMatchObject({
        status: 200,
        body: 'access/signature',
      });
    },
  },
  {
    name: 'a presigned URL asks for the headers of the answer, too',
    documented: presigned,
    moto: 'does not heed response-… in a query',
    async run(s3) {
      await putText(s3, s3.plain, 'access/räport.html', 'report');
      const { url } = await sign(s3, {
        ...{ method: 'GET', bucket: s3.plain, key: 'access/räport.html', presign: 60 },
        query: { 'response-content-type': 'text/html' },
      });
      const answer = await fetchAnswer(url);
      expect([answer.status, answer.body]).toEqual([200, 'report']);
      expect(answer.headers.get('content-type')).toContain('text/html');
    },
  },
  {
    name: 'a presigned URL writes its object, and no other body header is needed',
    documented: presigned,
    async run(s3) {
      const { url } = await sign(s3, { method: 'PUT', bucket: s3.plain, key: 'access/upload', presign: 60 });
      expect((await fetchAnswer(url, { method: 'PUT', body: 'uploaded' })).status).toBe(200);
      const got = await s3.client.send(new GetObjectCommand({ Bucket: s3.plain, Key: 'access/upload' }));
      expect(await got.Body!.transformToString()).toBe('uploaded');
    },
  },
  {
    name: 'a presigned URL that has expired is 403 AccessDenied',
    documented: query,
    moto: noSignature,
    async run(s3) {
      await putText(s3, s3.plain, 'access/signature');
      const { url } = await sign(s3, { ...get(s3), presign: 60, signedAt: new Date(Date.now() - 61_000) });
      const answer = await fetchAnswer(url);
      expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
      expect(answer.body).toContain('Request has expired');
    },
  },
  {
    name: 'a presigned URL is good for its method, its key and its life only',
    documented: query,
    moto: noSignature,
    async run(s3) {
      await putText(s3, s3.plain, 'access/signature');
      const { url } = await sign(s3, { ...get(s3), presign: 60 });
      const changed = [
        await fetchAnswer(url, { method: 'DELETE' }),
        await fetchAnswer(url.replace('access/signature', 'access/other')),
        await fetchAnswer(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600')),
        await fetchAnswer(`${url}&response-content-type=text%2Fhtml`),
      ];
      for (const { status, body } of changed)
        expect([status, body]).toEqual([403, expect.stringContaining('<Code>SignatureDoesNotMatch</Code>')]);
    },
  },
  {
    name: 'a presigned URL lives for seven days at most',
    documented: query,
    moto: noSignature,
    async run(s3) {
      await putText(s3, s3.plain, 'access/signature');
      const { url } = await sign(s3, { ...get(s3), presign: 60 });
      const answer = await fetchAnswer(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=604801'));
      expect([answer.status, answer.body]).toEqual([
        400,
        expect.stringContaining('<Code>AuthorizationQueryParametersError</Code>'),
      ]);
    },
  },
  refuses('a request signed with a wrong secret is 403 SignatureDoesNotMatch', 'SignatureDoesNotMatch', (s3) => ({
    ...get(s3),
    keys: { ...s3.keys, secretAccessKey: 'wrong' },
  })),
  refuses('a request signed with an unknown key is 403 InvalidAccessKeyId', 'InvalidAccessKeyId', (s3) => ({
    ...get(s3),
    keys: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wrong' },
  })),
  refuses('a request signed 16 minutes ago is 403 RequestTimeTooSkewed', 'RequestTimeTooSkewed', (s3) => ({
    ...get(s3),
    signedAt: new Date(Date.now() - 16 * 60_000),
  })),
  {
    name: 'a request without a signature is 403 AccessDenied',
    documented: 'API/ErrorResponses.html#ErrorCodeList',
    moto: 'answers 403 with an empty body',
    async run(s3) {
      await putText(s3, s3.plain, 'access/signature');
      const answer = await fetchAnswer(`${s3.url}/${s3.plain}/access/signature`);
      expect([answer.status, answer.body]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
    },
  },
];
