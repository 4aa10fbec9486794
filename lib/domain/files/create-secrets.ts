import type { Originals, UserFile } from './file.ts';

/**
 * `create-secrets.mjs`: a program that is the same in every run. What it does follows from `extra-env-vars.json` beside
 * it, so that nothing that was found can become code. Values go from one call of the AWS CLI to the next through pipes.
 */
export const createSecretsFile = ({ createSecrets }: Originals): UserFile => ({
  name: 'create-secrets.mjs',
  text: createSecrets,
  why: 'Puts the values that extra-env-vars.json lists into the target’s secrets, from where the source has them. No value is printed, written to disk or put on a command line.',
  how: 'node create-secrets.mjs says what it would do; with --write it does it, with your AWS credentials. With the blueprints run it once before terraform apply for the secrets of their own, and again after it, when terraform has made the empty extra-env-vars. While “switch” is being decided, when an administrator has looked at the target: --write --held, then restart the pods; only then approve.',
});
