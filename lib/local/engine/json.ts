/** What a state machine carries: JSON and nothing else. */
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** AWS's limit for the input or output of a task, a state or an execution: 256 KiB of UTF-8. */
const PAYLOAD_LIMIT_BYTES = 262_144;

/** Whether the compact JSON text of a payload is larger than AWS carries. */
export const exceedsPayloadLimit = (text: string): boolean =>
  text.length > PAYLOAD_LIMIT_BYTES || Buffer.byteLength(text) > PAYLOAD_LIMIT_BYTES;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
