import type { Address } from '../../workflow/documents/findings.ts';
import type { Collected, Originals, UserFile } from './file.ts';

/**
 * A text as an argument of psql's backslash commands: in single quotes nothing is a variable or a command, and a line
 * break would end it.
 */
export function psqlText(text: string): string {
  const inside = text
    .replaceAll('\\', '\\\\')
    .replaceAll("'", "''")
    // Of the first 128 alone: beyond, a character is more than the one byte that an escape stands for.
    .replace(/\p{Cc}/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      return code < 128 ? `\\${code.toString(8).padStart(3, '0')}` : character;
    });
  return `'${inside}'`;
}

/** Sets psql's variable unless the command line does. */
const setting = (name: string, value: string): string =>
  [
    `-- As the run found it, and said here, so that --set=${name}=… is needed for another one only.`,
    `\\if :{?${name}}\n\\else\n\\set ${name} ${psqlText(value)}\n\\endif`,
    '',
    '',
  ].join('\n');

const whereIs = (address: Address | null): string =>
  address ? `${address.database} at ${address.host}` : 'the application’s database there';

/** The logins that Passage itself uses, made by SQL that a master without superuser may run. */
export function loginFiles({ source, target }: Collected, originals: Originals): UserFile[] {
  const named = (user: string | null | undefined) => (user ? setting('application', user) : '');
  const why =
    'A login of Passage’s own, with the rights that its checks look for, and no more. The password never stands in a file or on a command line.';
  const how = (side: string, where: string, also = '') =>
    `Run it with psql as the master of the ${side}, connected to ${where}, as its first lines say; put user and password into the secret that ${side}.database.loginSecret of the migration names.${also} It may be run again.`;
  return [
    {
      name: 'create-source-login.sql',
      text: `${named(source.applicationDatabase?.user ?? source.applicationLogin?.user)}${originals.createSourceLogin}`,
      why,
      how: how('source', whereIs(source.database)),
    },
    {
      name: 'create-target-login.sql',
      text: `${named(target?.applicationDatabase?.user)}${target?.database ? setting('database', target.database.database) : ''}${originals.createTargetLogin}`,
      why,
      how: how(
        'target',
        whereIs(target?.database ?? null),
        ' Where the target’s application uses the master itself, that login serves Passage as well.',
      ),
    },
  ];
}
