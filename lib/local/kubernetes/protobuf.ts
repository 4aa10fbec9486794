import { badRequest, StatusError } from './status.ts';

/** The fields of a message by their numbers: texts, and messages within it. */
interface Message {
  readonly [number: number]: readonly [name: string, of: Message | 'text'];
}

const TYPE: Message = { 1: ['apiVersion', 'text'], 2: ['kind', 'text'] };
const RESOURCE: Message = {
  1: ['namespace', 'text'],
  2: ['verb', 'text'],
  3: ['group', 'text'],
  4: ['version', 'text'],
  5: ['resource', 'text'],
  6: ['subresource', 'text'],
  7: ['name', 'text'],
};
const PATH: Message = { 1: ['path', 'text'], 2: ['verb', 'text'] };

/** Numbered as in Kubernetes' generated.proto; the `spec` of each is field 2. */
const REVIEWS: Readonly<Record<string, Message>> = {
  SelfSubjectAccessReview: { 2: ['spec', { 1: ['resourceAttributes', RESOURCE], 2: ['nonResourceAttributes', PATH] }] },
  SelfSubjectRulesReview: { 2: ['spec', { 1: ['namespace', 'text'] }] },
  SelfSubjectReview: {},
};

const MAGIC = Buffer.from('k8s\0');

/**
 * The object in a body of `application/vnd.kubernetes.protobuf`. kubectl asks for access reviews in it, whatever a server
 * says that it reads; nothing else is read here in it: 415.
 */
export function fromProtobuf(body: Buffer): object {
  if (!body.subarray(0, MAGIC.length).equals(MAGIC))
    throw badRequest('the body is no object of Kubernetes in protobuf');
  const envelope = fieldsOf(body.subarray(MAGIC.length));
  const type = read(envelope.get(1), TYPE) as { readonly apiVersion?: string; readonly kind?: string };
  const review = REVIEWS[type.kind ?? ''];
  if (review) return { ...type, metadata: {}, ...read(envelope.get(2), review) };
  throw new StatusError(
    415,
    'UnsupportedMediaType',
    `the body is a ${type.kind} in protobuf, and this cluster reads JSON: write it to a file (--dry-run=client --output=yaml) and apply that`,
  );
}

function read(bytes: Buffer | undefined, message: Message): object {
  const fields = [...fieldsOf(bytes ?? Buffer.alloc(0))].flatMap(([number, value]) => {
    const [name, of] = message[number] ?? [];
    if (name === undefined || of === undefined) return [];
    return [[name, of === 'text' ? value.toString('utf8') : read(value, of)]];
  });
  return Object.fromEntries(fields) as object;
}

/** The fields that have a length (texts, messages), by number. The others are passed over. */
function fieldsOf(bytes: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; at < bytes.length; scale *= 128) {
      const byte = bytes[at++]!;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
    throw badRequest('the body ends within a field');
  };
  while (at < bytes.length) {
    const tag = varint();
    const [number, type] = [Math.floor(tag / 8), tag % 8];
    if (type === 0) varint();
    else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else if (type === 2) {
      const length = varint();
      fields.set(number, bytes.subarray(at, at + length));
      at += length;
    } else throw badRequest(`the body has a field of the unknown type ${type}`);
  }
  return fields;
}
