import type { Problem } from '../workflow/documents/findings.ts';
import { databaseOf, keyFormatProblem, portOf, repositoryOf, type Variables } from './retool.ts';
import type { ReadContainer, ReadVariable } from './source-application.ts';

/** An application on ECS, as far as its problems follow from it. Holds secrets; no problem does. */
interface Found {
  /** Of the whole cluster. */
  readonly containers: readonly ReadContainer[];
  /** Those with a SERVICE_TYPE. */
  readonly members: readonly ReadContainer[];
  /** Those that serve users. */
  readonly mains: readonly ReadContainer[];
  /** The one whose variables count. */
  readonly main: ReadContainer;
  readonly variables: readonly ReadVariable[];
}

/** What could not be learned of the application, and what people must decide. */
export const sourceProblems = ({ containers, members, mains, main, variables }: Found): Problem[] => [
  ...candidates(mains),
  ...unreadable(members, main),
  ...filesNotRead(containers, members, main),
  ...volumesLeft(members),
  ...keyProblems(main.values),
  ...addressProblems(main.values),
  ...undecided(variables),
];

/** Several main backends are one application as long as they agree on what would be moved. */
function candidates(mains: readonly ReadContainer[]): Problem[] {
  const where = mains.map(({ service }) => service.service).join(', ');
  const differ = (of: (container: ReadContainer) => unknown) => new Set(mains.map(of)).size > 1;
  const ambiguous = (severity: Problem['severity'], what: string): Problem => ({
    kind: 'source-ambiguous',
    severity,
    what,
    where,
    todo: 'List the services of the one application that moves in source.ecs.services, with its workers.',
  });
  const place = ({ values }: ReadContainer) => {
    const found = databaseOf(values);
    return found && `${found.host}:${found.port}/${found.database}`;
  };
  return [
    ...(differ(place)
      ? [ambiguous('BLOCKER', `${mains.length} main backends use different databases: ${mains.map(place).join(', ')}.`)]
      : []),
    ...(differ(({ values }) => values.get('ENCRYPTION_KEY'))
      ? [ambiguous('BLOCKER', `${mains.length} main backends have different values of ENCRYPTION_KEY.`)]
      : []),
    ...(differ(({ service }) => service.imageTag)
      ? [
          ambiguous(
            'WARNING',
            `Main backends run different versions: ${mains.map(({ service }) => service.imageTag).join(', ')}.`,
          ),
        ]
      : []),
  ];
}

/** Without these a fence has no login to lock, or the copy cannot be read. */
const vital = /^(SERVICE_TYPE|DATABASE_URL|POSTGRES_(HOST|DB|USER|PASSWORD)|ENCRYPTION_KEY)$/;

function unreadable(members: readonly ReadContainer[], main: ReadContainer): Problem[] {
  const told = new Set<string>();
  return [main, ...members].flatMap(({ unread, references, service }) =>
    [...unread].flatMap(([name, { what, todo }]): Problem[] => {
      const reference = references.get(name) ?? '';
      if (told.has(`${name} ${reference}`)) return [];
      told.add(`${name} ${reference}`);
      return [
        {
          kind: 'secret-unreadable',
          severity: vital.test(name) ? 'BLOCKER' : 'WARNING',
          what: `The value of ${name} ${what}.`,
          where: `${service.service}: ${reference}`,
          todo,
        },
      ];
    }),
  );
}

/** Environment files of the application's containers, and of those that may be some of it whose role stands in a file. */
function filesNotRead(
  containers: readonly ReadContainer[],
  members: readonly ReadContainer[],
  main: ReadContainer,
): Problem[] {
  const isConcerned = (each: ReadContainer) =>
    members.includes(each) || repositoryOf(each.service.image) === repositoryOf(main.service.image);
  const places = containers
    .filter((each) => each.environmentFiles.length > 0 && isConcerned(each))
    .map(({ service, environmentFiles }) => `${service.service}: ${environmentFiles.join(', ')}`);
  if (places.length === 0) return [];
  return [
    {
      kind: 'not-looked',
      severity: 'WARNING',
      what: 'Containers of the source take variables from environment files, which Passage does not read: what they set is not collected, and a container whose SERVICE_TYPE stands there is not stopped.',
      where: [...new Set(places)].join('; '),
      todo: 'Move them into `environment` and `secrets` of the task definitions; or see to each on the target by hand, ENCRYPTION_KEY first, and override this.',
    },
  ];
}

/** Certificates, drivers and protocol files are mounted where an image of one's own is not wanted. */
function volumesLeft(members: readonly ReadContainer[]): Problem[] {
  const places = members
    .filter(({ volumes }) => volumes.length > 0)
    .map(({ service, volumes }) => `${service.service}: ${volumes.join(', ')}`);
  if (places.length === 0) return [];
  return [
    {
      kind: 'not-looked',
      severity: 'INFO',
      what: 'Containers of the source have volumes, of which Passage moves nothing.',
      where: [...new Set(places)].join('; '),
      todo: 'Where the application reads files there (certificates, drivers), give them to the chart as volumes of Secrets or ConfigMaps.',
    },
  ];
}

function keyProblems(main: Variables): Problem[] {
  return ['ENCRYPTION_KEY', 'ENCRYPTION_KEY_OLD'].flatMap((name): Problem[] => {
    const key = main.get(name);
    const wrong = key === undefined ? null : keyFormatProblem(key);
    if (!wrong) return [];
    return [
      {
        kind: 'encryption-key-format',
        severity: 'BLOCKER',
        what: `The value of ${name} ${wrong}.`,
        where: name,
        todo: 'Make sure that this is, to the letter, what the application uses; correct the reference or the secret on the source first.',
      },
    ];
  });
}

/** Ports that are none: what an address is made of is left as it stands, and no container fills in a placeholder. */
function addressProblems(main: Variables): Problem[] {
  const ports = [
    { name: 'POSTGRES_PORT', severity: 'BLOCKER', used: !main.get('DATABASE_URL') },
    { name: 'RETOOLDB_POSTGRES_PORT', severity: 'WARNING', used: true },
  ] as const;
  return ports
    .filter(({ name, used }) => used && portOf(main.get(name)) === null)
    .map(({ name, severity }) => ({
      kind: 'database-unnamed',
      severity,
      what: `${name} is "${main.get(name)}", which is no port.`,
      where: name,
      todo: 'State the port as a number in the task definition: ECS fills in no placeholders.',
    }));
}

/** The target has its own; at the source they must all mean the same. */
const addressesOfDatabase = ['POSTGRES_HOST', 'POSTGRES_PORT', 'POSTGRES_DB', 'DATABASE_URL'];

function undecided(variables: readonly ReadVariable[]): Problem[] {
  const asked = variables.filter(({ fate }) => fate === 'ask').map(({ name }) => name);
  const differing = variables.filter(({ fate, agrees }) => !agrees && (fate === 'carry' || fate === 'hold'));
  const databases = variables.filter(({ name, agrees }) => !agrees && addressesOfDatabase.includes(name));
  return [
    ...(asked.length > 0
      ? [
          {
            kind: 'variables-unknown' as const,
            severity: 'WARNING' as const,
            what: `Passage does not know ${asked.length === 1 ? 'this variable' : `these ${asked.length} variables`} and does not set ${asked.length === 1 ? 'it' : 'them'} on the target.`,
            where: asked.join(', '),
            todo: 'Say "carry" or "drop" for each in source.ecs.variables.',
          },
        ]
      : []),
    ...differing.map(({ name, services }) => ({
      kind: 'variables-disagree' as const,
      severity: name.startsWith('ENCRYPTION_KEY') ? ('BLOCKER' as const) : ('WARNING' as const),
      what: `${name} has different values in different services; the main backend's is taken.`,
      where: services.join(', '),
      todo: 'Make the services agree, or set the value of each by hand on the target.',
    })),
    ...databases.map(({ name, services }) => ({
      kind: 'variables-disagree' as const,
      severity: 'WARNING' as const,
      what: `${name} differs between services: only the database of the main backend is copied, and locked for the freeze.`,
      where: services.join(', '),
      todo: 'Make sure that they are two names of one database; if not, make the services agree first.',
    })),
  ];
}
