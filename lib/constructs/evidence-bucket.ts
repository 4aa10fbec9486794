import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';

/** Keys that are written once and never again, whoever asks. */
const CREATE_ONCE = ['migrations/*/configuration/*', 'requesters/*', 'approvals/*'];

/**
 * What runs measured, what people decided, and the ledger that says which side may be written. Nothing is deleted here
 * and nothing is replaced unseen: on a versioned bucket a delete marker would let somebody vote again.
 */
export class EvidenceBucket extends Construct {
  readonly bucket: s3.Bucket;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.bucket = new s3.Bucket(this, 'Bucket', {
      versioned: true,
      removalPolicy: RemovalPolicy.RETAIN,
      encryption: s3.BucketEncryption.S3_MANAGED,
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
    });
    // `eventBridgeEnabled` of the higher construct would bring a function of CDK's with rights on every bucket.
    (this.bucket.node.defaultChild as s3.CfnBucket).notificationConfiguration = {
      eventBridgeConfiguration: { eventBridgeEnabled: true },
    };
    this.deny('NothingIsDeleted', ['s3:DeleteObject', 's3:DeleteObjectVersion'], ['*'], {});
    this.deny('NothingIsReplacedUnseen', ['s3:PutObject'], ['*'], {
      Null: { 's3:if-none-match': 'true', 's3:if-match': 'true' },
    });
    this.deny('WrittenOnce', ['s3:PutObject'], CREATE_ONCE, { Null: { 's3:if-none-match': 'true' } });
    Validations.of(this).acknowledge({
      id: 'AwsSolutions-S1',
      reason:
        'Each object is written once by a known role and keeps its versions; reads are in CloudTrail where an account wants them.',
    });
  }

  /** Denies everybody else to put objects of these keys, whatever their own policies say. */
  onlyWriter(sid: string, pattern: string, role: iam.IRole): void {
    this.deny(sid, ['s3:PutObject'], [pattern], { ArnNotEquals: { 'aws:PrincipalArn': role.roleArn } });
  }

  private deny(sid: string, actions: string[], patterns: readonly string[], conditions: iam.Conditions): void {
    this.bucket.addToResourcePolicy(
      new iam.PolicyStatement({
        sid,
        effect: iam.Effect.DENY,
        principals: [new iam.AnyPrincipal()],
        actions,
        resources: patterns.map((pattern) => this.bucket.arnForObjects(pattern)),
        conditions,
      }),
    );
  }
}
