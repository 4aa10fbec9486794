import type { Account } from '../assembly/resource-types.ts';

/** The account that AWS's own documentation uses for examples. */
export const ACCOUNT: Account = { accountId: '123456789012', region: 'eu-west-1' };

/** The person at the keyboard. Approvers come from the migration's configuration and need no keys: they follow links. */
export const OPERATOR = 'alice@example.com';
