import type { States } from '../states.ts';
import type { Finding, Rule } from './rule.ts';
import { rule as callbackToken } from './rules/callback-token.ts';
import { rule as concurrency } from './rules/concurrency.ts';
import { rule as ends } from './rules/ends.ts';
import { rule as errorOrder } from './rules/error-order.ts';
import { rule as errors } from './rules/errors.ts';
import { rule as expressions } from './rules/expressions.ts';
import { rule as integrations } from './rules/integrations.ts';
import { rule as lambdaRetry } from './rules/lambda-retry.ts';
import { rule as machine } from './rules/machine.ts';
import { rule as names } from './rules/names.ts';
import { rule as placeholders } from './rules/placeholders.ts';
import { rule as retries } from './rules/retries.ts';
import { rule as shadowing } from './rules/shadowing.ts';
import { rule as statesData } from './rules/states-data.ts';
import { rule as timeouts } from './rules/timeouts.ts';
import { rule as unusedVariables } from './rules/unused-variables.ts';
import { rule as variables } from './rules/variables.ts';

/** Every file of rules/. */
export const rules: readonly Rule[] = [
  callbackToken,
  concurrency,
  ends,
  errorOrder,
  errors,
  expressions,
  integrations,
  lambdaRetry,
  machine,
  names,
  placeholders,
  retries,
  shadowing,
  statesData,
  timeouts,
  unusedVariables,
  variables,
];

/** What no validator says about a definition that is valid Amazon States Language. */
export const lint = (machine: States): Finding[] =>
  rules.flatMap((rule) => [...rule.find(machine)].map((found) => ({ rule: rule.id, ...found })));
