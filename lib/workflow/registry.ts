import { z } from 'zod';
import { Lease, Subject } from './documents/run.ts';
import type { EnvironmentOf } from './task.ts';
import * as approval from './tasks/approval.ts';
import * as boot from './tasks/boot.ts';
import * as collect from './tasks/collect.ts';
import * as copy from './tasks/copy.ts';
import * as files from './tasks/files.ts';
import * as freeze from './tasks/freeze.ts';
import { AdmitCutover, Held, JourneyInput, Looking, ReconcileRuns, RecordRequester, TakeLease } from './tasks/lease.ts';
import * as report from './tasks/report.ts';
import * as toTarget from './tasks/switch.ts';
import * as unwind from './tasks/unwind.ts';

/** Every task there is. Handlers, grants, environment, placeholders and local endpoints follow from this page. */
export const tasks = {
  TakeLease,
  AdmitCutover,
  RecordRequester,
  ReconcileRuns,
  CollectSource: collect.CollectSource,
  CollectTarget: collect.CollectTarget,
  CollectDns: collect.CollectDns,
  CollectMail: collect.CollectMail,
  InspectDatabases: collect.InspectDatabases,
  WriteFiles: files.WriteFiles,
  RunPreflight: collect.RunPreflight,
  PrepareTarget: copy.PrepareTarget,
  DumpDatabase: copy.DumpDatabase,
  StartRestore: copy.StartRestore,
  RestoreDatabase: copy.RestoreDatabase,
  CompareCopy: copy.CompareCopy,
  StartBoot: boot.StartBoot,
  CheckBoot: boot.CheckBoot,
  MeasureBoot: boot.MeasureBoot,
  StopBoot: boot.StopBoot,
  OpenApproval: approval.OpenApproval,
  ShowApproval: approval.ShowApproval,
  CastVote: approval.CastVote,
  DecideApproval: approval.DecideApproval,
  ReadApproval: approval.ReadApproval,
  StopSource: freeze.StopSource,
  CheckSourceStopped: freeze.CheckSourceStopped,
  FenceSource: freeze.FenceSource,
  ProveFence: freeze.ProveFence,
  ProveTargetWrite: toTarget.ProveTargetWrite,
  StartTarget: toTarget.StartTarget,
  CheckTargetReady: toTarget.CheckTargetReady,
  ChangeDns: toTarget.ChangeDns,
  CheckDnsChange: toTarget.CheckDnsChange,
  ProveDns: toTarget.ProveDns,
  SealSource: toTarget.SealSource,
  PassPointOfNoReturn: toTarget.PassPointOfNoReturn,
  OpenGate: toTarget.OpenGate,
  BeginUnwind: unwind.BeginUnwind,
  StopWorkers: unwind.StopWorkers,
  StopTarget: unwind.StopTarget,
  RestoreDns: unwind.RestoreDns,
  UnfenceSource: unwind.UnfenceSource,
  StartSource: unwind.StartSource,
  DropCopy: unwind.DropCopy,
  EmptyStaging: unwind.EmptyStaging,
  ReleaseLease: unwind.ReleaseLease,
  RecordRehearsal: report.RecordRehearsal,
  WriteReport: report.WriteReport,
};

/** Every state machine, the folder that holds it under `statemachines/`, and what it is started with. */
export const machines = {
  RetoolEcsToEks: { folder: 'retool-ecs-to-eks', journey: true, input: JourneyInput },
  Preflight: { folder: 'preflight', journey: false, input: Looking },
  CopyDatabase: { folder: 'copy-database', journey: false, input: copy.Copying },
  BootTarget: { folder: 'boot-target', journey: false, input: Held },
  RequestApproval: {
    folder: 'request-approval',
    journey: false,
    input: z.strictObject({
      lease: Lease,
      subject: Subject,
      seconds: z.int().positive(),
      redriven: z.int().nonnegative(),
    }),
  },
  Freeze: { folder: 'freeze', journey: false, input: Held },
  SwitchDns: { folder: 'switch-dns', journey: false, input: Held },
  Unwind: {
    folder: 'unwind',
    journey: false,
    input: z.strictObject({ migration: z.string(), lease: Lease.optional() }),
  },
} as const;

export type { JourneyInput };
export type Tasks = typeof tasks;
export type TaskName = keyof Tasks;
export type LambdaName = { [K in TaskName]: Tasks[K]['kind'] extends 'lambda' ? K : never }[TaskName];
export type WorkerName = Exclude<TaskName, LambdaName>;
export type MachineName = keyof typeof machines;
export type Input<K extends TaskName> = z.infer<Tasks[K]['input']>;
export type Output<K extends TaskName> = z.infer<Tasks[K]['output']>;
/** The environment of a task's process, by the thing's name. */
export type Environment<K extends TaskName> = EnvironmentOf<Tasks[K]['uses']>;

export const taskNames = Object.keys(tasks) as TaskName[];
export const machineNames = Object.keys(machines) as MachineName[];
export const lambdaNames = taskNames.filter((name): name is LambdaName => tasks[name].kind === 'lambda');

/** `TakeLease` → `take-lease`: the folder of a task. */
export const folderOf = (name: string): string => name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase();
