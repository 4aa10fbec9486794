import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import { ApprovalApi } from '../constructs/approval-api.ts';
import { ClusterAccess } from '../constructs/cluster-access.ts';
import { EvidenceBucket } from '../constructs/evidence-bucket.ts';
import { FargateTask } from '../constructs/fargate-task.ts';
import { FingerprintKey } from '../constructs/fingerprint-key.ts';
import { handlerBundle } from '../constructs/handler-bundle.ts';
import { LambdaTask } from '../constructs/lambda-task.ts';
import { MigrationParameter } from '../constructs/migration-parameter.ts';
import { MigrationTriggers } from '../constructs/migration-triggers.ts';
import { PodTask } from '../constructs/pod-task.ts';
import { StagingBucket } from '../constructs/staging-bucket.ts';
import { TaskNetwork } from '../constructs/task-network.ts';
import { bindThings } from '../constructs/things.ts';
import { TokenKey } from '../constructs/token-key.ts';
import { Triggers } from '../constructs/triggers.ts';
import { WorkerImage } from '../constructs/worker-image.ts';
import { Workflow } from '../constructs/workflow.ts';
import type { DeployedMigration } from '../workflow/configuration.ts';
import { type LambdaName, lambdaNames, machineNames } from '../workflow/registry.ts';
import type { Settings } from '../workflow/settings.ts';

interface PassageStackProps extends StackProps {
  readonly settings: Settings;
  readonly migrations: readonly DeployedMigration[];
}

/** All of Passage. One stack: with some 275 resources it is well below the 500 that CloudFormation allows. */
export class PassageStack extends Stack {
  constructor(scope: Construct, id: string, { settings, migrations, ...props }: PassageStackProps) {
    super(scope, id, props);
    const evidence = new EvidenceBucket(this, 'Evidence');
    const staging = new StagingBucket(this, 'Staging');
    const tokenKey = new TokenKey(this, 'TokenKey');
    const fingerprintKey = new FingerprintKey(this, 'FingerprintKey');
    for (const migration of migrations) {
      new MigrationParameter(this, `Migration-${migration.name}`, migration);
      new MigrationTriggers(this, `Triggers-${migration.name}`, migration);
    }

    const network = new TaskNetwork(this, 'Network', settings);
    const cluster = new ecs.Cluster(this, 'Workers', {
      clusterName: 'passage-workers',
      vpc: network.vpc,
      containerInsightsV2: ecs.ContainerInsights.ENABLED,
    });
    const image = new WorkerImage(this, 'WorkerImage');
    const api = new ApprovalApi(this, 'Approvals');
    const bindings = bindThings(this, {
      settings,
      migrations,
      evidence: evidence.bucket,
      staging: staging.bucket,
      tokenKey: tokenKey.key,
      fingerprintKey: fingerprintKey.secret,
      workerCluster: cluster,
      workerImageUri: image.asset.imageUri,
      approvalUrl: api.url,
    });

    const code = handlerBundle();
    const lambdas = Object.fromEntries(
      lambdaNames.map((task) => [task, new LambdaTask(this, task, { task, code, bindings, network })]),
    ) as Record<LambdaName, LambdaTask>;
    const dump = new FargateTask(this, 'DumpDatabase', {
      task: 'DumpDatabase',
      command: 'dump',
      image,
      cluster,
      bindings,
      network,
    });
    const targetClusters = [...new Set(migrations.flatMap(({ target }) => target.eks?.cluster ?? []))];
    new PodTask(this, 'RestoreDatabase', { task: 'RestoreDatabase', clusters: targetClusters, bindings });
    for (const clusterName of targetClusters) {
      for (const task of Object.values(lambdas).filter(({ kubernetes }) => kubernetes)) {
        new ClusterAccess(task, `In-${clusterName}`, clusterName, task);
      }
    }

    for (const machine of machineNames) {
      const { stateMachine } = new Workflow(this, `${machine}Machine`, {
        machine,
        tasks: [...Object.values(lambdas), dump],
      });
      new CfnOutput(this, `${machine}Arn`, { value: stateMachine.stateMachineArn });
    }

    evidence.onlyWriter('OnlyOpenApprovalAsks', 'approvals/*/request.json', lambdas.OpenApproval.role);
    evidence.onlyWriter('OnlyCastVoteVotes', 'approvals/*/votes/*', lambdas.CastVote.role);
    evidence.onlyWriter('OnlyDecideApprovalDecides', 'approvals/*/outcome.json', lambdas.DecideApproval.role);
    evidence.onlyWriter('OnlyRecordRequesterNames', 'requesters/*', lambdas.RecordRequester.role);
    tokenKey.onlyFor({ encrypt: lambdas.OpenApproval.role, decrypt: lambdas.DecideApproval.role });
    api.serve({ show: lambdas.ShowApproval.function, vote: lambdas.CastVote.function });
    new Triggers(this, 'Triggers', {
      evidence: evidence.bucket,
      reconcileRuns: lambdas.ReconcileRuns.function,
      decideApproval: lambdas.DecideApproval.function,
      recordRequester: lambdas.RecordRequester.function,
    });

    new CfnOutput(this, 'EvidenceBucketName', { value: evidence.bucket.bucketName });
    new CfnOutput(this, 'StagingBucketName', { value: staging.bucket.bucketName });
    new CfnOutput(this, 'ApprovalUrl', { value: api.url });
  }
}
