import { parseArgs, types } from 'node:util';
import { WorkflowError } from '../workflow/errors.ts';
import { type Call, type Command, exitCodeOf, exitCodes, usage } from './command.ts';
import { terminal } from './console.ts';
import { cutover } from './cutover.ts';
import { diagnose } from './diagnose.ts';
import { dig } from './dig.ts';
import { permissions } from './permissions/permissions.ts';
import { preflight } from './preflight.ts';
import { record } from './record.ts';
import { recordings } from './recordings.ts';
import { rehearse } from './rehearse.ts';
import { reset } from './reset.ts';
import { runs } from './runs.ts';
import { serve } from './serve.ts';
import { show } from './show.ts';
import { validate } from './validate.ts';
import { verify } from './verify.ts';

const commands: readonly Command[] = [
  preflight,
  rehearse,
  cutover,
  runs,
  show,
  validate,
  verify,
  diagnose,
  dig,
  serve,
  reset,
  recordings,
  record,
  permissions,
];

/** How a command is called: nothing puts `passage` itself on anybody's path. */
const TYPED = 'npm run passage --';

function help(): string {
  const widest = Math.max(...commands.map((command) => signature(command).length));
  return [
    'Passage carries a self-hosted application to its new home on AWS; here it runs whole on one machine.',
    '',
    ...commands.map((command) => `  passage ${signature(command).padEnd(widest)}  ${command.summary}`),
    '',
    `"${TYPED} <command> --help" tells more.`,
    'Exit codes: 0 done, 1 not equal (verify, recordings, permissions), 2 usage, 3 configuration, 4 warnings,',
    '5 people said no, 6 source, 7 target, 12 Passage itself, 130 interrupted.',
  ].join('\n');
}

const signature = ({ name, positionals }: Command): string => [name, ...positionals].join(' ');

function helpOf(command: Command): string {
  const options = Object.entries(command.options).map(([name, { value, help: text }]) => ({
    left: `--${name}${value ? ` ${value}` : ''}`,
    text,
  }));
  const widest = Math.max(6, ...options.map(({ left }) => left.length));
  return [
    `passage ${signature(command)}${options.length > 0 ? ' [options]' : ''}`,
    '',
    command.summary,
    '',
    ...options.map(({ left, text }) => `  ${left.padEnd(widest)}  ${text}`),
    `  ${'--help'.padEnd(widest)}  this text`,
  ].join('\n');
}

/** Runs one command line and returns its exit code. Errors end as one sentence, never as a stack trace. */
export async function main(argv: readonly string[], signal: AbortSignal): Promise<number> {
  const console = terminal(process.stdout);
  try {
    const [name = '--help', ...rest] = argv;
    if (name === '--help' || name === 'help' || name === '-h') {
      console.line(help());
      return exitCodes.ok;
    }
    const { command, options, positionals } = commandLine([name, ...rest]);
    if (options.help === true) {
      console.line(helpOf(command));
      return exitCodes.ok;
    }
    return await command.run({ positionals, options, console, signal });
  } catch (error) {
    if (error instanceof WorkflowError) {
      process.stderr.write(`${error.name}: ${error.message}\n`);
      return exitCodeOf(error.name);
    }
    process.stderr.write(
      `Passage failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return exitCodes.passage;
  }
}

/** The command that a command line calls, with what it is given. Throws InvalidInput where there is a mistake in it. */
export function commandLine([name, ...rest]: readonly string[]): Pick<Call, 'options' | 'positionals'> & {
  readonly command: Command;
} {
  const command = commands.find((candidate) => candidate.name === name);
  if (!command) throw usage(`There is no command "${name}". "${TYPED} --help" lists them.`);
  const { values: options, positionals } = parse(command, rest);
  if (!options.help && positionals.length !== command.positionals.length) {
    throw usage(
      `"${TYPED} ${signature(command)}" takes ${command.positionals.join(' ') || 'nothing but options'} after its name.`,
    );
  }
  return { command, options, positionals };
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(Object.entries(command.options).map(([name, { type }]) => [name, { type }])),
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    const [first = 'The command line is wrong.'] = (types.isNativeError(error) ? error.message : '').split('. ');
    throw usage(`${first}. "${TYPED} ${command.name} --help" lists the options.`);
  }
}
