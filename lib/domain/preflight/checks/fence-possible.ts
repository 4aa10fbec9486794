import { blocker, type Check, pass, warning } from '../check.ts';

export const check: Check = {
  id: 'fence-possible',
  title: "The application's login can be locked out of the source",
  about: 'cutover',
  needsDatabases: true,
  look({ source, databases }) {
    const user = source.applicationLogin?.user;
    if (!user) {
      return blocker(
        'It is not known by which login the application writes, so nothing could be locked.',
        'Let the task definition name POSTGRES_USER, or DATABASE_URL with a user.',
      );
    }
    const { fence } = databases.source;
    if (!fence) {
      return warning(
        `Could not be learned: whether "${user}" may be locked.`,
        "Look with \\du on the source: it must be no superuser, and Passage's login must have its ADMIN OPTION.",
      );
    }
    if (fence.refusal !== null) {
      return blocker(
        fence.refusal,
        'Give the application a login of its own that is no superuser and owns its database.',
      );
    }
    return pass(`"${user}" may be locked, and its rights given back.`);
  },
};
