import type { z } from 'zod';
import { type MachineName, type machines, type TaskName, tasks } from '../../lib/workflow/registry.ts';
import type { Retrier } from '../../lib/workflow/states.ts';
import { type Place, taskPlaces, tasksRunBy } from '../contract/support.ts';
import { type AnyFake, goodDay, type Scripts } from './fakes.ts';
import { type Part, play } from './play.ts';

/** One of the four names under which Lambda itself fails; a definition retries all or none of them. */
const PLATFORM = 'Lambda.TooManyRequestsException';

const declares = (task: TaskName, error: string): boolean =>
  error === PLATFORM ? tasks[task].kind === 'lambda' : (tasks[task].throws as readonly string[]).includes(error);

interface Case {
  readonly state: string;
  readonly task: TaskName;
  readonly error: string;
  readonly retrier: Retrier | undefined;
  /** The machine goes on without it. */
  readonly spared: boolean;
}

/** Every declared failure of every task of a machine, with the rule that retries it. */
function casesOf(machine: MachineName): Case[] {
  return taskPlaces
    .filter((place) => place.machine === machine)
    .flatMap((place: Place) =>
      tasksRunBy(place).flatMap((task) =>
        [...tasks[task].throws, PLATFORM]
          .filter((error) => declares(task, error))
          .map((error) => ({
            state: place.name,
            task,
            error,
            retrier: place.state.Retry?.find(({ ErrorEquals }) => ErrorEquals.includes(error)),
            spared:
              place.state.Catch?.some(
                ({ ErrorEquals, ...caught }) =>
                  ErrorEquals.includes('States.ALL') ||
                  // What is kept of the error ends the machine later.
                  (ErrorEquals.includes(error) && !JSON.stringify(caught).includes('$states.errorOutput')),
              ) ?? false,
          })),
      ),
    );
}

const failing = (error: string): AnyFake => ({ kind: 'fails', error, message: `${error} was played.` });

/** The task fails once, and then does as on a good day. */
const once = (task: TaskName, error: string): Partial<Scripts> => {
  const good: unknown = goodDay[task];
  const script = (input: never, call: number) =>
    call === 0 ? failing(error) : typeof good === 'function' ? good(input, call) : good;
  return { [task]: script } as Partial<Scripts>;
};

/**
 * The tests that follow from a definition and the registry alone: each state survives what it retries, gives up after
 * as many tries as it says, and fails at once by the name of everything else,
 * unless the machine goes on without it.
 * @param inputFor the input with which a state is reached
 * @param parts machines that are not played themselves
 * @param ways what must happen for a task to be called at all
 */
export function everyFailureHasItsFate<M extends MachineName>(
  machine: M,
  inputFor: (state: string) => z.input<(typeof machines)[M]['input']>,
  parts: { readonly [K in MachineName]?: Part } = {},
  ways: { readonly [K in TaskName]?: Partial<Scripts> } = {},
): void {
  const cases = casesOf(machine);
  const retried = cases.filter(({ retrier }) => retrier);
  const named = ({ state, task, error }: Case) => [state, task, error] as const;

  describe('what is retried', () => {
    test.each(retried.map((one) => [...named(one), one]))('"%s" survives one %s %s', async (_, __, ___, one) => {
      const run = await play(machine, inputFor(one.state), { ...ways[one.task], ...once(one.task, one.error) }, parts);
      expect({ status: run.status, calls: run.callsOf(one.task) }).toEqual({ status: 'SUCCEEDED', calls: 2 });
    });

    test.each(retried.map((one) => [...named(one), one]))('"%s" gives up on %s %s', async (_, __, ___, one) => {
      const scripts = { ...ways[one.task], [one.task]: failing(one.error) };
      const run = await play(machine, inputFor(one.state), scripts, parts);
      expect({ status: run.status, error: run.error, calls: run.callsOf(one.task) }).toEqual({
        ...(one.spared ? { status: 'SUCCEEDED' } : { status: 'FAILED', error: one.error }),
        calls: (one.retrier?.MaxAttempts ?? 3) + 1,
      });
    });
  });

  const others = cases.filter(({ retrier }) => !retrier);
  if (others.length === 0) return;
  describe('what is not', () => {
    test.each(others.map((one) => [...named(one), one]))(
      '"%s" meets its fate at once by %s %s',
      async (_, __, ___, one) => {
        const scripts = { ...ways[one.task], [one.task]: failing(one.error) };
        const run = await play(machine, inputFor(one.state), scripts, parts);
        expect({ status: run.status, error: run.error, calls: run.callsOf(one.task) }).toEqual({
          ...(one.spared ? { status: 'SUCCEEDED' } : { status: 'FAILED', error: one.error }),
          calls: 1,
        });
      },
    );
  });
}
