import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** The secret that keys fingerprints, so that a fingerprint cannot be guessed from a dictionary. */
export class FingerprintKey extends Construct {
  readonly secret: secretsmanager.Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.secret = new secretsmanager.Secret(this, 'Secret', {
      description: 'Passage: keys the fingerprints of collected secrets',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      // Fingerprints in retained evidence stay comparable.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'After a rotation no fingerprint of an earlier run could be compared; the key opens nothing.',
    });
  }
}
