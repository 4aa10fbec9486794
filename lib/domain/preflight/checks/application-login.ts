import { blocker, type Check, info, ofCutover, pass, warning } from '../check.ts';

export const check: Check = {
  id: 'application-login',
  title: "The application's login can sign in to the target, and Passage can try it",
  about: 'application',
  needsDatabases: true,
  needsTarget: true,
  look({ source, target, databases, configuration }) {
    if (!target.applicationLogin) return null;
    const { user, through, unknown } = target.applicationLogin;
    const untried = 'So before "switch" no write is tried as the application.';
    const open =
      'Name that Secret in resourceNames of Role passage-reader (lib/kubernetes/rbac.json), or sign in with it by hand and override this.';
    if (user === null) return warning(`The login is not known. ${unknown ?? ''} ${untried}`, open);
    const there = databases.target.sessionDefaults.logins.find(({ login }) => login === user);
    if (!there?.exists) {
      return blocker(
        `The target server has no role "${user}", with which the deployment's variables sign in.`,
        'Create it, or correct POSTGRES_USER.',
      );
    }
    if (!there.maySignIn) {
      return blocker(
        `"${user}" may not sign in to the target: the role is NOLOGIN, or its password has expired.`,
        `ALTER ROLE … LOGIN VALID UNTIL 'infinity', as the master.`,
      );
    }
    if (!there.hasPassageRights && !there.rightsAhead && configuration.copy?.grants !== 'carry') {
      return ofCutover(
        blocker(
          `"${user}" would have no right on any table: it is not Passage's login, which will own what a cutover restores, nor a member of it, no default privileges give it any, and grants stay behind. A rehearsal hands its copy over; a cutover does not.`,
          "GRANT Passage's login to it, as lib/sql/create-target-login.sql does; or carry grants (copy.grants) that cover every table.",
        ),
      );
    }
    if (through === null)
      return warning(`"${user}" signs in, its password is not known. ${unknown ?? ''} ${untried}`, open);
    if (unknown !== null) {
      return warning(
        `"${user}" is Passage's own login too, so before "switch" a write is tried with ${through}; whether the pods have the same one is not known. ${unknown}`,
        open,
      );
    }
    if (!there.hasPassageRights) {
      return warning(
        `"${user}" has no rights of Passage's login, which will own what a cutover restores. A rehearsal hands its copy over; a cutover does not.`,
        "GRANT Passage's login to it, as lib/sql/create-target-login.sql does; or carry grants (copy.grants) or default privileges that cover every table.",
      );
    }
    const before = databases.source.sessionDefaults.logins.find(({ login }) => login === source.applicationLogin?.user);
    if (there.administrator && !before?.administrator) {
      return info(
        `"${user}", whose password is known by ${through}, administers the target's server (a superuser, in rds_superuser, or with CREATEROLE); ${before?.exists ? `"${before.login}" on the source does not` : 'whether it did so on the source is not known'}. The application would have more rights than it needs, and the write that is tried before "switch" says nothing of an ordinary login's.`,
        `Give the application a login of its own on the target, GRANT Passage's login to it as lib/sql/create-target-login.sql does, and name it in the deployment (POSTGRES_USER, POSTGRES_PASSWORD). If this is meant, leave it.`,
      );
    }
    return pass(`"${user}", whose password is known by ${through}.`);
  },
};
