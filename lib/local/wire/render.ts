import { AwsError, type Protocol, type WireResponse } from './endpoint.ts';
import { xml } from './xml.ts';

/** XML services drop the suffix that JSON services put on the same error. */
const XML_NAMES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
};

/** Errors of the envelope (signature, token), whose name depends on the protocol. */
const ENVELOPE_NAMES: Readonly<Record<string, Partial<Record<Protocol, string>>>> = {
  MissingAuthenticationToken: {
    json: 'MissingAuthenticationTokenException',
    'rest-json': 'MissingAuthenticationTokenException',
    s3: 'AccessDenied',
  },
  IncompleteSignature: { s3: 'AuthorizationHeaderMalformed' },
  AuthorizationQueryParametersError: {
    json: 'IncompleteSignature',
    'rest-json': 'IncompleteSignature',
    'rest-xml': 'IncompleteSignature',
    query: 'IncompleteSignature',
  },
  InvalidClientTokenId: {
    json: 'UnrecognizedClientException',
    'rest-json': 'UnrecognizedClientException',
    s3: 'InvalidAccessKeyId',
  },
  SignatureDoesNotMatch: { json: 'InvalidSignatureException', 'rest-json': 'InvalidSignatureException' },
  RequestTimeTooSkewed: {
    json: 'InvalidSignatureException',
    'rest-json': 'InvalidSignatureException',
    query: 'SignatureDoesNotMatch',
    'rest-xml': 'SignatureDoesNotMatch',
  },
  ExpiredToken: { json: 'ExpiredTokenException', 'rest-json': 'ExpiredTokenException' },
  RequestExpired: {
    s3: 'AccessDenied',
    query: 'SignatureDoesNotMatch',
    json: 'InvalidSignatureException',
    'rest-json': 'InvalidSignatureException',
  },
  PayloadHashMismatch: {
    s3: 'XAmzContentSHA256Mismatch',
    json: 'InvalidSignatureException',
    'rest-json': 'InvalidSignatureException',
    query: 'SignatureDoesNotMatch',
    'rest-xml': 'SignatureDoesNotMatch',
  },
};

function nameOf(code: string, protocol: Protocol): string {
  const envelope = ENVELOPE_NAMES[code];
  if (envelope) return envelope[protocol] ?? code;
  return protocol === 'json' || protocol === 'rest-json' ? code : (XML_NAMES[code] ?? code);
}

/** An error as the service's own protocol carries it, so that an unmodified SDK client raises the class it knows. */
export function renderError(error: AwsError, protocol: Protocol, requestId: string): WireResponse {
  const code = nameOf(error.code, protocol);
  const message = error.message;
  switch (protocol) {
    case 'json':
      return {
        // AWS JSON services answer every mistake of the caller with 400.
        status: error.status < 500 ? 400 : error.status,
        headers: { 'content-type': 'application/x-amz-json-1.1' },
        body: JSON.stringify({ __type: code, message, ...error.details }),
      };
    case 'rest-json':
      return {
        status: error.status,
        headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
        body: JSON.stringify({ message, ...error.details }),
      };
    case 's3':
      return {
        status: error.status,
        headers: { 'content-type': 'application/xml', ...error.headers },
        body: xml('Error', { Code: code, Message: message, ...error.details, RequestId: requestId }),
      };
    default:
      return {
        status: error.status,
        headers: { 'content-type': 'text/xml' },
        body: xml('ErrorResponse', {
          Error: { Type: error.status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message, ...error.details },
          RequestId: requestId,
        }),
      };
  }
}

/** Anything that was thrown, as an error of the service: what is not an AwsError is a defect of the endpoint. */
export function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError('InternalFailure', 500, error instanceof Error ? error.message : String(error));
}
