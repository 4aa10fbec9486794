import { type Check, info, pass, unlearned, warning } from '../check.ts';
import { isUnknown } from '../unknown.ts';

const NAMING = ['RETOOLDB_POSTGRES_HOST', 'RETOOLDB_POSTGRES_DB'];

/** Where builders keep tables of their own: this migration does not move it. */
export const check: Check = {
  id: 'retool-database',
  title: 'Retool Database does not depend on what is switched off',
  about: 'application',
  look({ source }) {
    const found = source.retoolDatabase;
    if (!found && NAMING.some((name) => isUnknown(source, name))) {
      return unlearned(
        `where Retool Database is: ${NAMING.join(' or ')} comes, or may come, from a place that Passage could not read.`,
        "Look there; it is not copied. Let the target's network reach it, and keep it when the source is decommissioned.",
      );
    }
    if (!found) return pass('It is not configured by variables.');
    const where = `${found.database} at ${found.host}:${found.port}`;
    const open = "Let the target's network reach it, and keep it when the source is decommissioned.";
    if (!found.sameServer) return info(`${where} stays where it is.`, open);
    return warning(
      `${where} is on the server of the main database: it is not copied, and stays there after the cutover.`,
      `${open} Move it later, with its roles, if that server is to go.`,
    );
  },
};
