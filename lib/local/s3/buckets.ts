import { AwsError, type WireResponse } from '../wire/endpoint.ts';
import { parseXml } from '../wire/xml.ts';
import { bucketArn, type Call, document, notImplemented } from './call.ts';
import { removeObject } from './objects.ts';

export function headBucket(call: Call): WireResponse {
  call.allow('ListBucket', {}, bucketArn(call.bucket.name));
  return { status: 200 };
}

export function getBucketVersioning(call: Call): WireResponse {
  call.allow('GetBucketVersioning', {}, bucketArn(call.bucket.name));
  return document('VersioningConfiguration', call.bucket.versioned ? { Status: 'Enabled' } : {});
}

export async function putBucketVersioning(call: Call): Promise<WireResponse> {
  call.allow('PutBucketVersioning', {}, bucketArn(call.bucket.name));
  const body = parseXml((await call.request.body()).toString('utf8')) as {
    VersioningConfiguration?: { Status?: string };
  };
  if (body.VersioningConfiguration?.Status !== 'Enabled') throw notImplemented('Suspending versions');
  call.bucket.keepVersions();
  return { status: 200 };
}

/** Up to 1000 keys at once, each decided and answered for itself. */
export async function deleteObjects(call: Call): Promise<WireResponse> {
  const { bucket, request } = call;
  const body = parseXml((await request.body()).toString('utf8'), ['Object']) as {
    Delete?: { Quiet?: string; Object?: { Key?: string; VersionId?: string }[] };
  };
  const objects = body.Delete?.Object ?? [];
  if (objects.length === 0 || objects.length > 1000) {
    throw new AwsError(
      'MalformedXML',
      400,
      'The XML you provided was not well-formed or did not validate: it must name 1 to 1000 objects.',
    );
  }
  const Deleted: object[] = [];
  const errors: object[] = [];
  for (const { Key = '', VersionId } of objects) {
    try {
      const headers = removeObject(call, bucket, Key, VersionId);
      const marker = headers['x-amz-delete-marker'] === 'true';
      Deleted.push({
        Key,
        ...(VersionId && { VersionId }),
        ...(marker && { DeleteMarker: true, DeleteMarkerVersionId: headers['x-amz-version-id'] }),
      });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const Code = error.code === 'AccessDeniedException' ? 'AccessDenied' : error.code;
      errors.push({ Key, ...(VersionId && { VersionId }), Code, Message: error.message });
    }
  }
  return document('DeleteResult', { ...(body.Delete?.Quiet !== 'true' && { Deleted }), Error: errors });
}
