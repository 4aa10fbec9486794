import { z } from 'zod';

const Count = z.int().nonnegative();

/** A login that a migration is concerned with. */
export const ConcernedLogin = z.strictObject({
  login: z.string(),
  /** Passage's own, the application's, or both in one. */
  of: z.enum(['passage', 'application', 'both']),
  /** False where the server has no role of this name; then nothing else is known of it. */
  exists: z.boolean(),
  maySignIn: z.boolean(),
  /** Limits of connections do not hold for one. */
  superuser: z.boolean(),
  /** A superuser, a member of `rds_superuser`, or one that may create roles, as the master of a server. */
  administrator: z.boolean(),
  /** Has the rights of Passage's login, which owns what is restored: it is that login, a member that inherits, or a superuser. */
  hasPassageRights: z.boolean(),
  /** Otherwise has, or may take, rights on tables that are yet to be restored: by default privileges of Passage's login, `pg_write_all_data`, or SET ROLE. */
  rightsAhead: z.boolean(),
  /** `rolconnlimit`; null for none. */
  limit: Count.nullable(),
  /** Now, on all databases of the server, Passage's own included: what its limit counts. */
  sessions: Count,
  /** Of these in this database, without Passage's own. */
  sessionsHere: Count,
});
export type ConcernedLogin = z.infer<typeof ConcernedLogin>;

/** A setting with which sessions begin: `ALTER DATABASE … SET`, `ALTER ROLE … SET`, `ALTER ROLE … IN DATABASE … SET`. */
export const StoredSetting = z.strictObject({
  /** Null for every login. */
  login: z.string().nullable(),
  /** Whether it is of this database alone. */
  here: z.boolean(),
  name: z.string(),
  /** Null for a name with a dot: an extension's or the application's own, which may be a secret. */
  value: z.string().nullable(),
});
export type StoredSetting = z.infer<typeof StoredSetting>;

/** What a new session of a login begins with before it sets anything itself, and how many there may be. */
export const SessionDefaults = z.strictObject({
  /** Of this database, its logins, and all logins; the later of two kinds wins as PostgreSQL says. */
  stored: z.array(StoredSetting),
  /**
   * What the server itself has for those names and for others that matter: numbers in the setting's own unit. A name that
   * is missing is hidden from Passage by a stored setting of its own login.
   */
  server: z.record(z.string(), z.string()),
  logins: z.array(ConcernedLogin),
  /** `datconnlimit`; null for none. */
  limit: Count.nullable(),
  /** Now, in this database, of any login, Passage's own included. */
  sessions: Count,
  /** Of `max_connections`, what ordinary logins do not get. */
  reserved: Count,
});
export type SessionDefaults = z.infer<typeof SessionDefaults>;

/** How the application signs in to its database, as far as Passage may know. No password. */
export const TargetLogin = z.strictObject({
  /** Null where nothing that Passage may read names it. */
  user: z.string().nullable(),
  /** What told the password, as in `Secret db-credentials/password`, or `Passage's own password`; null where nothing did that Passage may read. */
  through: z.string().nullable(),
  /** Why user or password of the pods are not known, in a sentence; null where both are. */
  unknown: z.string().nullable(),
});
export type TargetLogin = z.infer<typeof TargetLogin>;
