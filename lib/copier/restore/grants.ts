/**
 * The GRANT and REVOKE statements of an entry of type ACL or DEFAULT ACL. Who granted is left out: only a superuser
 * may act for another role, so everything is granted by the login that restores, which owns it.
 */
export function grantStatements(sql: string): string[] {
  const statements: string[] = [];
  let quoted = false;
  let from = 0;
  for (let at = 0; at < sql.length; at++) {
    if (sql[at] === '"') quoted = !quoted;
    if (sql[at] !== ';' || quoted) continue;
    statements.push(sql.slice(from, at).trim());
    from = at + 1;
  }
  return statements.filter((statement) => !/^(RE)?SET SESSION AUTHORIZATION/.test(statement));
}

export const isGrant = ({ type }: { type: string }) => type === 'ACL' || type === 'DEFAULT ACL';
