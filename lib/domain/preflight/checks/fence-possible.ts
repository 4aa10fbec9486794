import { blocker, type Check, info, warning } from '../check.ts';

/** Masters and superusers of servers and providers, which no other login may lock. */
const MASTERS = ['postgres', 'rdsadmin', 'cloudsqlsuperuser', 'azure_superuser'];

export const check: Check = {
  id: 'fence-possible',
  title: "The application's login can be locked out of the source",
  about: 'cutover',
  look({ source }) {
    const user = source.applicationLogin?.user;
    if (!user) {
      return blocker(
        'It is not known by which login the application writes, so nothing could be locked.',
        'Let the task definition name POSTGRES_USER, or DATABASE_URL with a user.',
      );
    }
    if (MASTERS.includes(user)) {
      return warning(
        `The application logs in as "${user}", which is usually a server's master.`,
        'Give the application a login of its own that owns its database; a superuser cannot be fenced.',
      );
    }
    return info(
      `Could not be learned: whether "${user}" may be locked; the freeze proves it before anything is stopped.`,
    );
  },
};
