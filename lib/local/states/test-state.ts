import { z } from 'zod';

const jsonText = z.string().max(262_144);
const count = z.number().int().min(0);

/** TestState's request, within AWS's limits. */
export const testStateInput = z.strictObject({
  definition: z.string().min(1).max(1_048_576),
  roleArn: z.string().min(1).max(256).optional(),
  input: jsonText.optional(),
  inspectionLevel: z.enum(['INFO', 'DEBUG', 'TRACE']).optional(),
  revealSecrets: z.boolean().optional(),
  variables: jsonText.optional(),
  stateName: z.string().min(1).max(80).optional(),
  mock: z
    .strictObject({
      result: jsonText.optional(),
      errorOutput: z
        .strictObject({ error: z.string().max(256).optional(), cause: z.string().max(32_768).optional() })
        .optional(),
      fieldValidationMode: z.enum(['STRICT', 'PRESENT', 'NONE']).optional(),
    })
    .optional(),
  context: jsonText.optional(),
  stateConfiguration: z
    .strictObject({
      retrierRetryCount: count.optional(),
      errorCausedByState: z.string().min(1).max(80).optional(),
      mapIterationFailureCount: count.optional(),
      mapItemReaderData: jsonText.optional(),
    })
    .optional(),
});
