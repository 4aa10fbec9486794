import { createHash } from 'node:crypto';
import { z } from 'zod';
import { damagedObject } from './codec.ts';

/**
 * Staged objects that carry their own checksum: whatever altered, truncated or exchanged one of them after it was
 * written is found before anything is done with it. Chunks have theirs in their done mark.
 */

const sha256 = (of: string | Buffer) => createHash('sha256').update(of).digest('hex');

/** The last member of a sealed document, over the text before it. */
const SEAL = /,"seal":"([0-9a-f]{64})"\}$/;

/** A JSON document with the checksum of itself as its last member, `seal`. It must have another member. */
export function seal(document: object): Buffer {
  const text = JSON.stringify(document);
  return Buffer.from(`${text.slice(0, -1)},"seal":"${sha256(text)}"}`);
}

/** The document that was sealed. Throws ChunkDamaged, which names the key, unless it is exactly that. */
export function unseal<S extends z.ZodType>(schema: S, sealed: Buffer | string, key: string): z.output<S> {
  const whole = sealed.toString();
  const found = SEAL.exec(whole);
  if (!found) throw damagedObject(key, 'it is cut off or bears no checksum');
  const text = `${whole.slice(0, found.index)}}`;
  if (sha256(text) !== found[1]) throw damagedObject(key, 'its checksum differs');
  const document = schema.safeParse(JSON.parse(text));
  if (!document.success) throw damagedObject(key, `it was written in another form (${document.error.issues[0]?.path})`);
  return document.data;
}

const Heading = z.object({ plan: z.string(), bytes: z.int(), sha256: z.string() });

/** Bytes of any kind under a line that says whose they are: object and checksum arrive together or not at all. */
export const sealBytes = (plan: string, body: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify({ plan, bytes: body.length, sha256: sha256(body) })}\n`), body]);

/** The bytes that were sealed. Throws ChunkDamaged unless they are exactly those, of this plan. */
export function unsealBytes(plan: string, sealed: Buffer, key: string): Buffer {
  const end = sealed.indexOf('\n');
  const heading = Heading.safeParse(parsed(sealed.subarray(0, Math.max(end, 0)).toString()));
  if (!heading.success) throw damagedObject(key, 'its heading cannot be read');
  const body = sealed.subarray(end + 1);
  if (heading.data.plan !== plan) throw damagedObject(key, `it belongs to plan ${heading.data.plan}, not ${plan}`);
  if (body.length !== heading.data.bytes) {
    throw damagedObject(key, `it has ${body.length} bytes instead of ${heading.data.bytes}`);
  }
  if (sha256(body) !== heading.data.sha256) throw damagedObject(key, 'its checksum differs');
  return body;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
