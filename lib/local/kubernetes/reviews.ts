import { z } from 'zod';
import type { User } from './authentication.ts';
import { isAllowed, rulesOfUser } from './authorization.ts';
import type { ObjectStore } from './object-store.ts';
import { apiVersionOf, type Resource } from './objects.ts';
import { badRequest, parsed } from './status.ts';

const kind = (group: string, name: string): Resource => ({
  group,
  version: 'v1',
  kind: name,
  plural: `${name.toLowerCase()}s`,
  namespaced: false,
  shortNames: [],
});
const ACCESS = kind('authorization.k8s.io', 'SelfSubjectAccessReview');
const RULES = kind('authorization.k8s.io', 'SelfSubjectRulesReview');
const SELF = kind('authentication.k8s.io', 'SelfSubjectReview');

/** Questions that everybody may ask about themselves, as system:basic-user allows: they are answered and not stored. */
export const REVIEWS: readonly Resource[] = [ACCESS, RULES, SELF];

const text = z.string().default('');
const access = z.looseObject({
  resourceAttributes: z
    .looseObject({ namespace: text, verb: text, group: text, resource: text, subresource: text, name: text })
    .optional(),
  nonResourceAttributes: z.looseObject({ path: text, verb: text }).optional(),
});
const rules = z.looseObject({ namespace: z.string().min(1) });

/** Paths that tell nothing of what is in the cluster: what system:discovery lets everybody read. */
const OPEN_PATHS = ['/api', '/apis', '/openapi', '/version'];

/** Answers `kubectl auth can-i` and `auth whoami`; undefined for any other path. */
export function review(path: string, body: unknown, user: User, store: ObjectStore): object | undefined {
  const asked = REVIEWS.find((each) => path === `/apis/${apiVersionOf(each)}/${each.plural}`);
  if (!asked) return undefined;
  const { spec } = parsed(z.looseObject({ spec: z.unknown().optional() }), body ?? {});
  const answer = (status: object) => ({
    kind: asked.kind,
    apiVersion: apiVersionOf(asked),
    metadata: {},
    ...(spec === undefined ? {} : { spec }),
    status,
  });
  if (asked === SELF) return answer({ userInfo: { username: user.name, groups: user.groups } });
  if (asked === RULES) {
    const found = rulesOfUser(user, parsed(rules, spec).namespace, store);
    const nonResourceRules = [{ verbs: ['get'], nonResourceURLs: OPEN_PATHS }];
    return answer({ resourceRules: found, nonResourceRules, incomplete: false });
  }
  const { resourceAttributes, nonResourceAttributes } = parsed(access, spec);
  if (resourceAttributes) {
    const { verb, group, resource: plural, subresource, namespace, name } = resourceAttributes;
    const attributes = { verb, resource: { group, plural }, ...filled({ subresource, namespace, name }) };
    return answer({ allowed: isAllowed(user, attributes, store) });
  }
  if (!nonResourceAttributes)
    throw badRequest('exactly one of resourceAttributes or nonResourceAttributes is required');
  const { path: where, verb } = nonResourceAttributes;
  const open = verb === 'get' && OPEN_PATHS.some((each) => where === each || where.startsWith(`${each}/`));
  return answer({ allowed: open || user.groups.includes('system:masters') });
}

/** Without the texts that are empty: they mean "all", or "none". */
const filled = (texts: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== ''));
