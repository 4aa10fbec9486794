import { z } from 'zod';
import { AwsError } from '../wire/endpoint.ts';

/** A member that holds the ARN of such a thing; what is no ARN of one is AWS's InvalidArn. */
export const arnOf = (kind: 'stateMachine' | 'execution') =>
  z
    .string()
    .min(1)
    .max(256)
    .transform((arn) => {
      const [scheme, , service, region, account, type, ...names] = arn.split(':');
      const isOne = scheme === 'arn' && service === 'states' && Boolean(region) && /^\d{12}$/.test(account ?? '');
      if (isOne && type === kind && names.length > 0 && names.every((name) => name !== '')) return arn;
      throw new AwsError(
        'InvalidArn',
        400,
        `Invalid Arn: '${arn}' is no ARN of ${kind === 'execution' ? 'an' : 'a'} ${kind}`,
      );
    });
