import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Chunks on their way, and task tokens of open approvals, encrypted. Each run empties its part. */
export class StagingBucket extends Construct {
  readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      // A copy of what is elsewhere.
      removalPolicy: RemovalPolicy.DESTROY,
      lifecycleRules: [
        {
          // An approval may stay open for 7 days, and its token must outlive it.
          expiration: Duration.days(8),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
      ],
    });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason: 'Holds a copy for hours; an access log of every chunk would outlive and outweigh it.',
    });
  }
}
