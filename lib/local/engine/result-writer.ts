import type { ResultWriter } from './definition.ts';
import type { ExecutionDescription } from './execution.ts';
import type { CallStore } from './item-reader.ts';
import type { Json, JsonObject } from './json.ts';

/** What a ResultWriter may name as its Resource. */
export const writerResource = 'arn:aws:states:::s3:putObject';

type Transformation = 'NONE' | 'COMPACT' | 'FLATTEN';

/** A Map's result where nothing is exported: an element for each child, in the order of the items. */
export function resultOf(children: readonly ExecutionDescription[], writer: ResultWriter | undefined): Json[] {
  return transformed(children, writer?.WriterConfig?.Transformation ?? 'COMPACT');
}

/** Writes the children's results to S3, by their status, beside a manifest. Returns the Map's result. */
export async function exportResults(
  children: readonly ExecutionDescription[],
  writer: ResultWriter,
  o: { readonly mapRunArn: string; readonly parameters: JsonObject; readonly call: CallStore },
): Promise<Json> {
  const { Bucket = '', Prefix = '' } = o.parameters;
  const { Transformation = 'NONE', OutputType = 'JSON' } = writer.WriterConfig ?? {};
  const folder = `${Prefix === '' ? '' : `${Prefix}/`}${o.mapRunArn.split(':').at(-1)}`;
  const put = (name: string, body: string) =>
    o.call(writerResource, { Bucket, Key: `${folder}/${name}`, Body: body }).then(() => Buffer.byteLength(body));
  const files: JsonObject = { FAILED: [], PENDING: [], SUCCEEDED: [] };
  for (const status of ['FAILED', 'SUCCEEDED']) {
    const ended = children.filter((child) => (child.status === 'SUCCEEDED') === (status === 'SUCCEEDED'));
    if (ended.length === 0) continue;
    const results = transformed(ended, Transformation);
    const text =
      OutputType === 'JSON' ? JSON.stringify(results) : results.map((result) => JSON.stringify(result)).join('\n');
    const name = `${status}_0.${OutputType.toLowerCase()}`;
    files[status] = [{ Key: `${folder}/${name}`, Size: await put(name, text) }];
  }
  const manifest = { DestinationBucket: Bucket, MapRunArn: o.mapRunArn, ResultFiles: files };
  await put('manifest.json', JSON.stringify(manifest));
  return { MapRunArn: o.mapRunArn, ResultWriterDetails: { Bucket, Key: `${folder}/manifest.json` } };
}

function transformed(children: readonly ExecutionDescription[], transformation: Transformation): Json[] {
  return children.flatMap((child) => {
    // A child that failed is always told whole: it has no output.
    if (child.status !== 'SUCCEEDED' || transformation === 'NONE') return [told(child)];
    const output = JSON.parse(child.output ?? 'null') as Json;
    return transformation === 'FLATTEN' && Array.isArray(output) ? output : [output];
  });
}

function told(child: ExecutionDescription): JsonObject {
  return {
    ExecutionArn: child.executionArn,
    Input: child.input,
    InputDetails: { Included: true },
    Name: child.name,
    ...(child.output !== undefined && { Output: child.output, OutputDetails: { Included: true } }),
    ...(child.error !== undefined && { Error: child.error }),
    ...(child.cause !== undefined && { Cause: child.cause }),
    RedriveCount: 0,
    RedriveStatus: 'NOT_REDRIVABLE',
    StartDate: new Date(child.startDate).toISOString(),
    StateMachineArn: child.stateMachineArn,
    Status: child.status,
    ...(child.stopDate !== undefined && { StopDate: new Date(child.stopDate).toISOString() }),
  };
}
