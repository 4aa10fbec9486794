import { type Engine, type Integration, type Json, type TaskCall, TaskFailure } from '../engine/engine.ts';
import { isObject } from '../engine/json.ts';
import type { Answer, RecordedCase } from './case.ts';
import { differences } from './compare.ts';

const READS: Readonly<Record<string, (objects: NonNullable<RecordedCase['s3Objects']>, call: TaskCall) => Json>> = {
  'arn:aws:states:::s3:getObject': (objects, call) => {
    const { Bucket, Key } = isObject(call.arguments) ? call.arguments : {};
    const object = objects.find((other) => other.Bucket === Bucket && other.Key === Key);
    if (!object) throw new TaskFailure('S3.NoSuchKey', 'The specified key does not exist.');
    return { Body: object.Body };
  },
  'arn:aws:states:::s3:listObjectsV2': (objects, call) => {
    const { Bucket, Prefix = '' } = isObject(call.arguments) ? call.arguments : {};
    const listed = objects.filter(({ Bucket: bucket, Key }) => bucket === Bucket && Key.startsWith(String(Prefix)));
    return {
      Contents: listed.map(({ Key, Body }) => ({
        Etag: '"etag"',
        Key,
        LastModified: 0,
        Size: Buffer.byteLength(Body),
        StorageClass: 'STANDARD',
      })),
    };
  },
};

/** Answers every call as it was answered when the case was recorded. */
export function recordedAnswers(recorded: RecordedCase, engine: () => Engine): Integration {
  const { tasks = {}, s3Objects, notes = '' } = recorded;
  const left = new Map(Object.entries(tasks).map(([state, answers]) => [state, [...answers]]));
  const take = (call: TaskCall): Answer | undefined => {
    for (const state of [call.stateName, '*']) {
      const answers = left.get(state) ?? [];
      const fits = answers.findIndex(({ when }) => {
        const asked = when?.parameters ?? when?.input;
        return asked === undefined || differences(asked, call.arguments).length === 0;
      });
      if (answers.length > 0) return answers.splice(Math.max(0, fits), 1)[0];
    }
    return undefined;
  };
  return async (call) => {
    const read = READS[call.resource];
    if (read && s3Objects) return read(s3Objects, call);
    const answer = take(call);
    if (answer) return give(answer, call, engine());
    // Tasks of a distributed Map's children are in no history; the notes say what their function does.
    if (/returns its input event unchanged/.test(notes)) return echoed(call);
    throw new Error(`the recording has no answer for "${call.stateName}"`);
  };
}

function echoed({ resource, arguments: given }: TaskCall): Json {
  if (!resource.includes(':::lambda:invoke')) return given;
  return { ExecutedVersion: '$LATEST', Payload: isObject(given) ? (given.Payload ?? null) : null, StatusCode: 200 };
}

async function give(answer: Answer, call: TaskCall, engine: Engine): Promise<Json> {
  const { submitted, returns = null, fails, timesOut } = answer;
  const { error, cause: told, event = answer.event } = fails ?? {};
  const cause = told === undefined || typeof told === 'string' ? told : JSON.stringify(told);
  const failure = new TaskFailure(error, cause, event === 'TaskSubmitFailed' ? 'SubmitFailed' : 'Failed');
  if (call.token !== undefined) {
    const taskToken = call.token;
    if (submitted === undefined && fails) throw failure;
    // After TaskSubmitted is written: the one who does the work answers later.
    setImmediate(() => {
      if (fails) engine.sendTaskFailure({ taskToken, ...(error && { error }), ...(cause && { cause }) });
      else if (!timesOut) engine.sendTaskSuccess({ taskToken, output: JSON.stringify(returns) });
    });
    return submitted ?? {};
  }
  if (submitted !== undefined) call.submitted(submitted);
  if (timesOut) return new Promise(() => {});
  if (fails) throw failure;
  return returns;
}
