import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** Who signed a request. `arn` is the identity that AWS would report (a user, or an assumed role's session). */
export interface Principal {
  readonly arn: string;
  /** The role whose policies apply, when the identity is a role session. */
  readonly roleArn?: string;
  /** The person at the keyboard of the simulated account: allowed everything that no resource policy denies. */
  readonly administrator?: boolean;
  /** Condition keys that every call with these credentials carries: whose code it is, tags of the session. */
  readonly keys?: ConditionKeys;
}

/** A request whose signature has been checked. */
export interface SignedRequest {
  readonly method: string;
  /** Raw, still percent-encoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly principal: Principal;
  /** What the signer declared of the body: its SHA-256 in hex, `UNSIGNED-PAYLOAD` or `STREAMING-…`. */
  readonly payloadHash: string;
  /** The body as it arrives, before any aws-chunked framing is removed. */
  readonly stream: Readable;
  /** Where the chunks of the body are signed one by one (`STREAMING-AWS4-HMAC-SHA256-…`): what the next one must carry. */
  readonly nextChunkSignature?: NextChunkSignature;
  /** The whole body, for the small requests of every service but S3; refused when it is not what was signed. */
  body(): Promise<Buffer>;
}

/** The signature of a chunk, or of the trailers behind the last one, whose bytes have this SHA-256 in hex. */
export type NextChunkSignature = (of: 'PAYLOAD' | 'TRAILER', sha256: string) => string;

export interface WireResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer | Readable;
}

/** How a service speaks: it decides how an error is rendered. */
export type Protocol = 'json' | 'rest-json' | 'rest-xml' | 'query' | 's3';

/** One AWS service on loopback. A request reaches it by the service name in its SigV4 credential scope. */
export interface Endpoint {
  /** The SigV4 signing name: `s3`, `states`, `ecs`, `secretsmanager`, … */
  readonly service: string;
  /** What its IAM actions begin with; the signing name unless it says otherwise. */
  readonly prefix?: string;
  /** The IAM actions it answers, without the prefix; a contract test compares them with the registry. */
  readonly operations: readonly string[];
  /** `rest-json` unless it says otherwise. */
  readonly protocol?: Protocol;
  handle(request: SignedRequest): Promise<WireResponse>;
}

/** Condition keys of one call, as IAM names them (`s3:if-none-match`, `aws:SecureTransport`); a list for a multivalued key. */
export type ConditionKeys = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * Decides a call by identity and resource policies as the assembly states them.
 * Throws `AwsError('AccessDeniedException', 403, …)` with AWS's sentence when it is not allowed.
 */
export type Authorize = (principal: Principal, action: string, resource: string, conditions?: ConditionKeys) => void;

/** An error in AWS's own words; each protocol renders it in its own form. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Readonly<Record<string, unknown>>;
  /** What S3 says of an error in headers, which a HEAD gets too. */
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    code: string,
    status: number,
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
    this.headers = headers;
  }
}
