// Puts the values that extra-env-vars.json lists into the target's secrets, from where the source has them.
// No value is printed, written to disk or put on a command line. Needs Node 18 and the AWS CLI, version 2.
//
//   node create-secrets.mjs                 says what it would do; reads no value
//   node create-secrets.mjs --write         does it; what stands there already with another value is refused
//   node create-secrets.mjs --write --held  also sets what is held back: while “switch” is being decided
//
//   --overwrite        replaces what stands there with another value
//   --only <name>      one secret alone, as in --only extra-env-vars
//   --prefix <prefix>  instead of the manifest's: retool/<prefix>/...
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const USAGE = 'node create-secrets.mjs [--write] [--held] [--overwrite] [--only <name>] [--prefix <prefix>]';

const options = readOptions();
const manifest = JSON.parse(readFileSync(new URL('extra-env-vars.json', import.meta.url), 'utf8'));
const prefix = options.prefix ?? manifest.prefix;
const region = manifest.region === null ? [] : ['--region', manifest.region];
const JSON_SECRET = 'extra-env-vars';

function readOptions() {
  try {
    const flag = { type: 'boolean' };
    const text = { type: 'string' };
    return parseArgs({ options: { write: flag, held: flag, overwrite: flag, only: text, prefix: text } }).values;
  } catch (error) {
    console.error(`${error.message.split('. ')[0]}. Nothing was read or written.\nUsage: ${USAGE}`);
    process.exit(2);
  }
}

/** Calls the AWS CLI; null where AWS says that there is no such thing. */
function aws(args, input) {
  // Through cat, because a program cannot open the kind of pipe that Node makes as /dev/stdin.
  const at = args.includes('--region') ? [] : region;
  const piped = ['-c', 'cat | aws "$@"', 'sh', ...args, ...at, '--output', 'json'];
  const { status, stdout, stderr, error } = spawnSync('sh', piped, {
    input: input ?? '',
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return stdout.trim() === '' ? {} : JSON.parse(stdout);
  if (/\(ResourceNotFoundException\)/.test(stderr)) return null;
  // What AWS answers to these calls names things, not values.
  throw new Error(`aws ${args.slice(0, 2).join(' ')} failed: ${error?.message ?? stderr.trim()}`);
}

const answers = new Map();
/** One call for all variables that come from the same place. */
function once(...args) {
  const key = args.join(' ');
  if (!answers.has(key)) answers.set(key, aws(args));
  const answer = answers.get(key);
  if (answer === null) throw new Error(`${args.at(-1)} does not exist`);
  return answer;
}

function found({ name, origin }) {
  // A store answers for its own region only.
  const at = origin?.region ? ['--region', origin.region] : [];
  if (origin?.store === 'parameter-store') {
    return once('ssm', 'get-parameter', ...at, '--with-decryption', '--name', origin.parameter).Parameter.Value;
  }
  if (origin?.store === 'secrets-manager') {
    const version = [
      ...(origin.versionStage === null ? [] : ['--version-stage', origin.versionStage]),
      ...(origin.versionId === null ? [] : ['--version-id', origin.versionId]),
    ];
    const text = once(
      'secretsmanager',
      'get-secret-value',
      ...at,
      ...version,
      '--secret-id',
      origin.secret,
    ).SecretString;
    if (origin.jsonKey === null) return text;
    const value = JSON.parse(text)[origin.jsonKey];
    return typeof value === 'string' ? value : JSON.stringify(value);
  }
  if (origin?.store === 'task-definition') {
    const { taskDefinition } = once('ecs', 'describe-task-definition', '--task-definition', origin.taskDefinition);
    const containers = taskDefinition.containerDefinitions.map(({ environment = [] }) =>
      Object.fromEntries(environment.map((variable) => [variable.name, variable.value])),
    );
    const setting = containers.filter((variables) => Object.hasOwn(variables, name));
    const main = setting.find(({ SERVICE_TYPE = '' }) => SERVICE_TYPE.split(',').includes('MAIN_BACKEND'));
    return (main ?? setting[0])?.[name];
  }
  return undefined;
}

/** A value that may not be read has no length and no form to be told. */
function read(variable) {
  const value = found(variable);
  if (typeof value !== 'string') throw new Error(`${variable.name} was not found where the source had it`);
  return value;
}

/** The text of a secret; null where there is no secret, or none with a value yet. */
const textOf = (id) => aws(['secretsmanager', 'get-secret-value', '--secret-id', id])?.SecretString ?? null;

function write(id, text, before) {
  const input = ['--secret-string', 'file:///dev/stdin'];
  if (text === before) return 'holds already';
  if (before === null && aws(['secretsmanager', 'describe-secret', '--secret-id', id]) === null) {
    aws(['secretsmanager', 'create-secret', '--name', id, ...input], text);
    return 'created';
  }
  aws(['secretsmanager', 'put-secret-value', '--secret-id', id, ...input], text);
  return 'changed';
}

/** A key that was rotated on the target since must not be turned back by a second call. */
function refuseToReplace(id, names) {
  if (names.length === 0 || options.overwrite) return;
  throw new Error(`${id} has another value of ${names.join(', ')}: look who set it, then say --overwrite`);
}

/** What stands there and is not ours, stays. */
function merged(id, variables, before) {
  const there = JSON.parse(before ?? '{}');
  const ours = Object.fromEntries(variables.map((variable) => [variable.name, read(variable)]));
  refuseToReplace(
    id,
    Object.keys(ours).filter((name) => Object.hasOwn(there, name) && there[name] !== ours[name]),
  );
  const all = { ...there, ...ours };
  return Object.keys(ours).every((name) => there[name] === ours[name]) ? before : JSON.stringify(all);
}

function single(id, variable, before) {
  const text = read(variable);
  refuseToReplace(id, before === null || before === text ? [] : [variable.name]);
  return text;
}

const wanted = manifest.variables.filter(
  ({ into, fate }) => into !== null && (fate !== 'hold' || options.held) && (options.only ?? into) === into,
);
try {
  const known = new Set(manifest.variables.map(({ into }) => into).filter((into) => into !== null));
  if (options.only !== undefined && !known.has(options.only)) {
    throw new Error(`there is no secret "${options.only}"; there are ${[...known].join(', ')}`);
  }
  for (const into of new Set(wanted.map((variable) => variable.into))) {
    const id = `retool/${prefix}/${into}`;
    const variables = wanted.filter((variable) => variable.into === into);
    const names = variables.map(({ name }) => name).join(', ');
    if (!options.write) console.log(`${id} would hold ${names}`);
    else {
      const before = textOf(id);
      const text = into === JSON_SECRET ? merged(id, variables, before) : single(id, variables[0], before);
      console.log(`${id} ${write(id, text, before)}: ${names}`);
    }
  }
} catch (error) {
  // A parser's message may quote what it could not read.
  console.error(error instanceof SyntaxError ? 'A secret that should hold JSON does not.' : error.message);
  process.exitCode = 1;
}
if (!options.write) console.log('Nothing was read or written: add --write.');
