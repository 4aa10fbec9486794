import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../clock.ts';
import type { Credential, Credentials } from '../iam/credentials.ts';
import { AwsError, type NextChunkSignature, type Principal } from './endpoint.ts';

/** What of a request is signed. `path` and `search` are raw, as they came over the wire; `search` without its `?`. */
export interface RequestParts {
  readonly method: string;
  readonly path: string;
  readonly search: string;
  readonly headers: IncomingHttpHeaders;
}

/** A signature as the request states it: nothing of it is believed yet. */
interface Signature {
  readonly accessKeyId: string;
  readonly scopeDate: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20261121T214350Z` */
  readonly date: string;
  readonly sessionToken: string | undefined;
  /** Seconds that a presigned URL lives; undefined when the signature came in a header. */
  readonly expires: number | undefined;
}

/** Where keys and time come from. */
export interface Verifier {
  readonly credentials: Pick<Credentials, 'find'>;
  readonly clock: Clock;
}

/** AWS tolerates 15 minutes between the signer's clock and its own. */
const SKEW = 15 * 60 * 1000;
/** A presigned URL lives for 7 days at most. */
const LONGEST_PRESIGN = 7 * 24 * 3600;

const EMPTY_HASH = sha256('');

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

/** The signature that a request states, in its header or in its query. Throws MissingAuthenticationToken when there is none. */
export function readSignature({ search, headers }: RequestParts): Signature {
  const query = new URLSearchParams(search);
  if (query.has('X-Amz-Signature')) {
    const expires = Number(query.get('X-Amz-Expires'));
    if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256' || !(expires > 0 && expires <= LONGEST_PRESIGN)) {
      throw new AwsError(
        'AuthorizationQueryParametersError',
        400,
        'The presigned URL needs X-Amz-Algorithm=AWS4-HMAC-SHA256 and X-Amz-Expires of up to 604800 seconds.',
      );
    }
    return {
      ...readScope(query.get('X-Amz-Credential') ?? ''),
      signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
      signature: query.get('X-Amz-Signature') ?? '',
      date: query.get('X-Amz-Date') ?? '',
      sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
      expires,
    };
  }
  const authorization = headers.authorization;
  if (!authorization) throw new AwsError('MissingAuthenticationToken', 403, 'Request is missing Authentication Token');
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+),\s*SignedHeaders=([^,]+),\s*Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  if (!match)
    throw new AwsError('IncompleteSignature', 400, 'The Authorization header is not an AWS4-HMAC-SHA256 signature.');
  return {
    ...readScope(match[1]!),
    signedHeaders: match[2]!.split(';'),
    signature: match[3]!,
    date: single(headers['x-amz-date']) ?? '',
    sessionToken: single(headers['x-amz-security-token']),
    expires: undefined,
  };
}

/** The body's hash as the signer declared it, or undefined when the signature covers the body without naming its hash. */
export function declaredPayloadHash(parts: RequestParts, signature: Signature): string | undefined {
  const declared =
    single(parts.headers['x-amz-content-sha256']) ?? new URLSearchParams(parts.search).get('X-Amz-Content-Sha256');
  if (declared) return declared;
  return signature.service === 's3' && signature.expires !== undefined ? 'UNSIGNED-PAYLOAD' : undefined;
}

/** Whose request this is, after every check of the signature. Throws with the envelope's error names (see render.ts). */
export function checkSignature(
  parts: RequestParts,
  signature: Signature,
  payloadHash: string,
  by: Verifier,
): Credential {
  const credential = by.credentials.find(signature.accessKeyId);
  if (!credential) {
    throw new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
  }
  checkTime(signature, by.clock.now());
  checkCoverage(parts, signature);
  const key = signingKey(signature, credential);
  const text = `AWS4-HMAC-SHA256\n${signature.date}\n${scopeOf(signature).join('/')}\n${sha256(canonicalRequest(parts, signature, payloadHash))}`;
  if (!equal(hmac(key, text).toString('hex'), signature.signature)) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      403,
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
  // A token is compared only after the signature, which covers it: before that it would be a guessing game.
  if (!equal(signature.sessionToken ?? '', credential.sessionToken ?? '')) {
    throw new AwsError('InvalidClientTokenId', 403, 'The security token included in the request is invalid.');
  }
  if (credential.expiration && credential.expiration.getTime() <= by.clock.now()) {
    throw new AwsError('ExpiredToken', 403, 'The security token included in the request is expired');
  }
  return credential;
}

/** Signatures of a body's chunks, each over the one before it; the request's own is the first. */
export function chunkSignatures(signature: Signature, credential: Credential): NextChunkSignature {
  const key = signingKey(signature, credential);
  let previous = signature.signature;
  return (of, hash) => {
    const about = [`AWS4-HMAC-SHA256-${of}`, signature.date, scopeOf(signature).join('/'), previous];
    // Of a chunk's headers, of which there are none, the hash is signed as well.
    const text = [...about, ...(of === 'PAYLOAD' ? [EMPTY_HASH] : []), hash].join('\n');
    previous = hmac(key, text).toString('hex');
    return previous;
  };
}

/**
 * Who presigned this URL of STS: an EKS bearer token is one, with its cluster in `headers` (`x-k8s-aws-id`).
 * Every header given must be covered by the signature.
 */
export function verifyPresigned(
  url: string,
  by: Verifier & { readonly headers?: Readonly<Record<string, string>> },
): Principal {
  const { host, pathname, search } = new URL(url);
  const parts: RequestParts = {
    method: 'GET',
    path: pathname,
    search: search.slice(1),
    headers: { ...by.headers, host },
  };
  const signature = readSignature(parts);
  const unsigned = Object.keys(by.headers ?? {}).filter((name) => !signature.signedHeaders.includes(name));
  if (signature.expires === undefined || signature.service !== 'sts' || unsigned.length > 0) {
    throw new AwsError(
      'SignatureDoesNotMatch',
      403,
      'The token is not a presigned STS request that covers the headers it is used with.',
    );
  }
  // STS does not look at X-Amz-Expires (the AWS CLI writes a minute there): what counts is when it was signed.
  const dated = { ...signature, expires: undefined };
  return checkSignature(parts, dated, declaredPayloadHash(parts, signature) ?? EMPTY_HASH, by).principal;
}

const scopeOf = ({ scopeDate, region, service }: Signature): readonly string[] => [
  scopeDate,
  region,
  service,
  'aws4_request',
];

const signingKey = (signature: Signature, { secretAccessKey }: Credential): Buffer =>
  scopeOf(signature).reduce(hmac, Buffer.from(`AWS4${secretAccessKey}`));

function readScope(credential: string): Pick<Signature, 'accessKeyId' | 'scopeDate' | 'region' | 'service'> {
  const [accessKeyId, scopeDate, region, service, terminator] = credential.split('/');
  if (!accessKeyId || !scopeDate || !region || !service || terminator !== 'aws4_request') {
    throw new AwsError('IncompleteSignature', 400, 'Credential must be <key>/<date>/<region>/<service>/aws4_request.');
  }
  return { accessKeyId, scopeDate, region, service };
}

function checkTime({ date, scopeDate, expires }: Signature, now: number): void {
  const signedAt = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (Number.isNaN(signedAt) || !date.startsWith(scopeDate)) {
    throw new AwsError(
      'IncompleteSignature',
      400,
      'The date must be YYYYMMDDTHHMMSSZ, of the day of the credential scope.',
    );
  }
  if (expires === undefined ? Math.abs(now - signedAt) > SKEW : signedAt - now > SKEW) {
    throw new AwsError(
      'RequestTimeTooSkewed',
      403,
      'The difference between the request time and the current time is too large.',
    );
  }
  if (expires !== undefined && now > signedAt + expires * 1000)
    throw new AwsError('RequestExpired', 403, 'Request has expired');
}

/** What a signature leaves out could be changed on the way: the host and every `x-amz-` header must be in it. */
function checkCoverage({ headers }: RequestParts, { signedHeaders, expires }: Signature): void {
  const needed = Object.keys(headers).filter(
    (name) => name.startsWith('x-amz-') && !(expires && name === 'x-amz-content-sha256'),
  );
  const missing = ['host', ...needed].filter((name) => !signedHeaders.includes(name));
  if (missing.length > 0) {
    throw new AwsError(
      'AccessDeniedException',
      403,
      `There were headers present in the request which were not signed: ${missing.join(', ')}`,
    );
  }
}

function canonicalRequest(parts: RequestParts, signature: Signature, payloadHash: string): string {
  const query = parts.search
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const [name = '', ...value] = pair.split('=');
      return [encode(decode(name)), encode(decode(value.join('=')))] as const;
    })
    .filter(([name]) => name !== 'X-Amz-Signature')
    .sort(([a, x], [b, y]) => (a === b ? order(x, y) : order(a, b)))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const headers = signature.signedHeaders
    .map((name) => `${name}:${[parts.headers[name] ?? ''].flat().join(',').trim().replace(/\s+/g, ' ')}\n`)
    .join('');
  return [
    parts.method,
    canonicalPath(parts.path, signature.service),
    query,
    headers,
    signature.signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** S3 signs the path as it is; every other service signs it normalized and encoded once more. */
function canonicalPath(path: string, service: string): string {
  if (service === 's3')
    return path
      .split('/')
      .map((segment) => encode(decode(segment)))
      .join('/');
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  const slash = segments.length > 0 && path.endsWith('/') ? '/' : '';
  return `/${segments.map(encode).join('/')}${slash}`;
}

/** RFC 3986: encodeURIComponent leaves five characters that AWS encodes. */
const encode = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AwsError('SignatureDoesNotMatch', 403, 'The URL is not percent-encoded correctly.');
  }
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
const hmac = (key: Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** Compares in constant time: hashing first makes the lengths equal. */
function equal(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
