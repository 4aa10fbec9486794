import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

/** What an administrator may do with the key: keep it, not use it. */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:Describe*',
  'kms:Disable*',
  'kms:Enable*',
  'kms:Get*',
  'kms:List*',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:Update*',
];

/**
 * The key of the task tokens. A token answers an approval's callback, so one task may lock tokens up and one may take
 * them out; the account's own policies cannot add a third.
 */
export class TokenKey extends Construct {
  readonly key: kms.Key;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.key = new kms.Key(this, 'Key', {
      description: 'Passage: task tokens of open approvals',
      enableKeyRotation: true,
      // Tokens live for days; nothing is lost with the key once no approval is open.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
      policy: new iam.PolicyDocument({
        statements: [
          new iam.PolicyStatement({
            sid: 'Administration',
            principals: [new iam.AccountRootPrincipal()],
            actions: ADMINISTRATION,
            resources: ['*'],
          }),
        ],
      }),
    });
  }

  /** Names the one role that may encrypt and the one that may decrypt. */
  onlyFor({ encrypt, decrypt }: { encrypt: iam.IRole; decrypt: iam.IRole }): void {
    this.allow('OnlyLocksUp', 'kms:Encrypt', encrypt);
    this.allow('OnlyTakesOut', 'kms:Decrypt', decrypt);
  }

  private allow(sid: string, action: string, role: iam.IRole): void {
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid,
        principals: [new iam.ArnPrincipal(role.roleArn)],
        actions: [action],
        resources: ['*'],
      }),
    );
  }
}
