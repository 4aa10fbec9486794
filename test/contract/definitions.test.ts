import { lintFile } from '../../lib/commands/lint-machines.ts';
import { loadDefinition } from '../../lib/workflow/definition.ts';
import { integrationNames } from '../../lib/workflow/lint/rules/integrations.ts';
import { machineNames, machines, taskNames, tasks } from '../../lib/workflow/registry.ts';
import { machine, machineRunBy, ownedPlaceholders, taskPlaces, tasksRunBy } from './support.ts';

const at = (found: readonly { at: string }[]) => found.map((place) => place.at);

describe('the definitions', () => {
  test.each(machineNames)('the lint finds nothing in %s', (name) => {
    expect(lintFile(`statemachines/${machines[name].folder}/definition.asl.json`)).toEqual([]);
  });

  test('every placeholder has an owner', () => {
    const orphans = machineNames.flatMap((name) =>
      loadDefinition(name).placeholders.filter((placeholder) => !ownedPlaceholders.has(placeholder)),
    );
    expect(orphans).toEqual([]);
  });

  test('every Task runs one task of the registry or one machine', () => {
    const lost = taskPlaces.filter((place) => tasksRunBy(place).length === 0 && !machineRunBy(place));
    expect(at(lost)).toEqual([]);
  });

  test('what the lint lets a Task call is what some Task calls, so that each was tried here', () => {
    expect(new Set(taskPlaces.map(({ state }) => state.Resource))).toEqual(new Set(integrationNames));
  });

  test('every task is run by a state, an event or a page', () => {
    const outside = ['ShowApproval', 'CastVote', 'RecordRequester', 'ReconcileRuns'];
    const run = new Set([...taskPlaces.flatMap(tasksRunBy), ...outside]);
    expect(taskNames.filter((name) => !run.has(name))).toEqual([]);
  });

  test('every machine is a journey or a part of one', () => {
    const started = new Set(taskPlaces.map(machineRunBy));
    const idle = machineNames.filter((name) => !started.has(name) && machine(name).States && name !== 'RetoolEcsToEks');
    expect(idle).toEqual([]);
  });
});

describe('time', () => {
  test('no Task may wait longer than it says, nor shorter than its task may take', () => {
    const wrong = taskPlaces.filter((place) => {
      const { TimeoutSeconds: limit, Resource = '' } = place.state;
      if (typeof limit !== 'number') return !(typeof limit === 'string' && Resource.endsWith('.waitForTaskToken'));
      return tasksRunBy(place).some((name) => limit < tasks[name].timeoutSeconds);
    });
    expect(at(wrong)).toEqual([]);
  });

  test('a Task that only calls a function ends when the function must', () => {
    const wrong = taskPlaces.filter((place) => {
      if (place.state.Resource !== 'arn:aws:states:::lambda:invoke') return false;
      return tasksRunBy(place).some((name) => place.state.TimeoutSeconds !== tasks[name].timeoutSeconds);
    });
    expect(at(wrong)).toEqual([]);
  });

  test('a callback has a heartbeat where a worker answers, and a deadline where people do', () => {
    const wrong = taskPlaces.filter((place) => {
      if (!place.state.Resource?.endsWith('.waitForTaskToken')) return false;
      const { HeartbeatSeconds: heartbeat, TimeoutSeconds: limit } = place.state;
      const workers = tasksRunBy(place).flatMap((name) => {
        const task = tasks[name];
        return task.kind === 'worker' ? [task] : [];
      });
      if (workers.length === 0) return heartbeat !== undefined || typeof limit !== 'string';
      // Where a lost worker is replaced, each further try may start more slowly.
      const growing = /^\{% (\d+) \* \$power\(2, \$states\.context\.State\.RetryCount\) %\}$/.exec(String(heartbeat));
      const first = growing ? Number(growing[1]) : heartbeat;
      return workers.some((worker) => worker.heartbeatSeconds !== first || worker.heartbeatSeconds >= Number(limit));
    });
    expect(at(wrong)).toEqual([]);
  });
});

test('one screen is enough for a part, and the story of a journey a little more', () => {
  const large = machineNames.filter(
    (name) => Object.keys(machine(name).States).length > (machines[name].journey ? 24 : 15),
  );
  expect(large).toEqual([]);
});
