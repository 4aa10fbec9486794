import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from './json.ts';
import type { Answer, Question } from './kubernetes/pod-tunnel.ts';

type Ask = (question: Omit<Question, 'host'>) => Promise<Answer>;

const environments = z.looseObject({
  data: z.array(z.looseObject({ id: z.string(), default: z.boolean().optional() })),
});
const created = z.looseObject({ data: z.looseObject({ id: z.string() }) });

/** What the management API would not do, in a sentence for people. */
class Refused extends Error {}

/**
 * Lets the application encrypt: creates a secret configuration variable through its management API, lets `look` see
 * what was stored, and deletes it again. The value is random and of no use to anybody.
 * @returns what `look` saw, or why the application would not do it
 */
export async function encryptedByApplication<T>(
  ask: Ask,
  token: string,
  look: () => Promise<T>,
): Promise<{ saw: T } | { because: string }> {
  const call = async <S extends z.ZodType>(question: Pick<Question, 'method' | 'path' | 'body'>, shape: S) => {
    const { status, body } = await ask({ ...question, token });
    if (status >= 400) throw new Refused(refusal(question, status));
    const parsed = shape.safeParse(parseJson(body));
    if (!parsed.success) throw new Refused(`${question.method} ${question.path} answered something else than expected`);
    return parsed.data;
  };
  try {
    const { data } = await call({ method: 'GET', path: '/api/v2/environments' }, environments);
    const environment = data.find((each) => each.default) ?? data[0];
    if (!environment) return { because: 'the application has no environment to keep a variable in' };
    const variable = {
      name: `PASSAGE_BOOT_${randomBytes(4).toString('hex').toUpperCase()}`,
      description: 'Written by a rehearsal on a copy of the database, to see which key encrypts it.',
      secret: true,
      values: [{ environment_id: environment.id, value: randomBytes(16).toString('hex') }],
    };
    const made = await call({ method: 'POST', path: '/api/v2/configuration_variables', body: variable }, created);
    const saw = await look();
    await ask({ method: 'DELETE', path: `/api/v2/configuration_variables/${made.data.id}`, token });
    return { saw };
  } catch (error) {
    if (error instanceof Refused) return { because: error.message };
    throw error;
  }
}

function refusal({ method, path }: Pick<Question, 'method' | 'path'>, status: number): string {
  const asked = `its management API answered ${status} to ${method} ${path}`;
  if (status === 401) return `${asked}: the token is none of this instance`;
  if (status === 403) return `${asked}: the token lacks a scope, or the license does not include the API`;
  return asked;
}
