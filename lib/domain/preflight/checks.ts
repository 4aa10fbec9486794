import type { Check } from './check.ts';
import { check as applicationLogin } from './checks/application-login.ts';
import { check as approvalDeadlines } from './checks/approval-deadlines.ts';
import { check as approversQuorum } from './checks/approvers-quorum.ts';
import { check as approversReachable } from './checks/approvers-reachable.ts';
import { check as baseDomain } from './checks/base-domain.ts';
import { check as blobStorage } from './checks/blob-storage.ts';
import { check as carriedVariables } from './checks/carried-variables.ts';
import { check as certificate } from './checks/certificate.ts';
import { check as clientTools } from './checks/client-tools.ts';
import { check as clusterAddOns } from './checks/cluster-add-ons.ts';
import { check as clusterArchitecture } from './checks/cluster-architecture.ts';
import { check as clusterCapacity } from './checks/cluster-capacity.ts';
import { check as codeExecutor } from './checks/code-executor.ts';
import { check as collation } from './checks/collation.ts';
import { check as collectedSecrets } from './checks/collected-secrets.ts';
import { check as connectionLimits } from './checks/connection-limits.ts';
import { check as connections } from './checks/connections.ts';
import { check as databaseGrowth } from './checks/database-growth.ts';
import { check as databaseRights } from './checks/database-rights.ts';
import { check as databaseSsl } from './checks/database-ssl.ts';
import { check as databasesInspected } from './checks/databases-inspected.ts';
import { check as dnsRecord } from './checks/dns-record.ts';
import { check as dnsRoutedSets } from './checks/dns-routed-sets.ts';
import { check as dnsTarget } from './checks/dns-target.ts';
import { check as dnsTtl } from './checks/dns-ttl.ts';
import { check as driftSinceRehearsal } from './checks/drift-since-rehearsal.ts';
import { check as encoding } from './checks/encoding.ts';
import { check as encryptionKey } from './checks/encryption-key.ts';
import { check as encryptionKeyOld } from './checks/encryption-key-old.ts';
import { check as encryptionMode } from './checks/encryption-mode.ts';
import { check as extensions } from './checks/extensions.ts';
import { check as fencePossible } from './checks/fence-possible.ts';
import { check as fenceRights } from './checks/fence-rights.ts';
import { check as fieldSize } from './checks/field-size.ts';
import { check as freezeWindow } from './checks/freeze-window.ts';
import { check as imageTag } from './checks/image-tag.ts';
import { check as imageTagsAgree } from './checks/image-tags-agree.ts';
import { check as ingressBackend } from './checks/ingress-backend.ts';
import { check as ingressHost } from './checks/ingress-host.ts';
import { check as largestTable } from './checks/largest-table.ts';
import { check as licenseKey } from './checks/license-key.ts';
import { check as loadBalancerScheme } from './checks/load-balancer-scheme.ts';
import { check as lockTable } from './checks/lock-table.ts';
import { check as materializedViews } from './checks/materialized-views.ts';
import { check as migrator } from './checks/migrator.ts';
import { check as namespaceQuota } from './checks/namespace-quota.ts';
import { check as oldTransactions } from './checks/old-transactions.ts';
import { check as poolerEndpoint } from './checks/pooler-endpoint.ts';
import { check as postgresqlMajors } from './checks/postgresql-majors.ts';
import { check as preparedTransactions } from './checks/prepared-transactions.ts';
import { check as recopiedTables } from './checks/recopied-tables.ts';
import { check as rehearsalFresh } from './checks/rehearsal-fresh.ts';
import { check as resourceAccess } from './checks/resource-access.ts';
import { check as retool4Integrity } from './checks/retool-4-integrity.ts';
import { check as retoolDatabase } from './checks/retool-database.ts';
import { check as retoolStorage } from './checks/retool-storage.ts';
import { check as runningWorkflows } from './checks/running-workflows.ts';
import { check as schedule } from './checks/schedule.ts';
import { check as schemaMigrations } from './checks/schema-migrations.ts';
import { check as serverBackups } from './checks/server-backups.ts';
import { check as serverMaintenance } from './checks/server-maintenance.ts';
import { check as sourceAutoscaling } from './checks/source-autoscaling.ts';
import { check as sourceHoldsTables } from './checks/source-holds-tables.ts';
import { check as sourceRunning } from './checks/source-running.ts';
import { check as sourceStoppable } from './checks/source-stoppable.ts';
import { check as ssoHeldBack } from './checks/sso-held-back.ts';
import { check as targetEmpty } from './checks/target-empty.ts';
import { check as targetKeeper } from './checks/target-keeper.ts';
import { check as targetRoles } from './checks/target-roles.ts';
import { check as targetSessionSettings } from './checks/target-session-settings.ts';
import { check as targetSize } from './checks/target-size.ts';
import { check as targetStopped } from './checks/target-stopped.ts';
import { check as targetStorage } from './checks/target-storage.ts';
import { check as temporalCluster } from './checks/temporal-cluster.ts';
import { check as unloggedTables } from './checks/unlogged-tables.ts';
import { check as uuidExtension } from './checks/uuid-extension.ts';
import { check as variableFates } from './checks/variable-fates.ts';
import { check as wayBack } from './checks/way-back.ts';
import { check as workflowsOff } from './checks/workflows-off.ts';

/** Every file of checks/; `npm run docs` writes this list. */
export const checks: readonly Check[] = [
  applicationLogin,
  approvalDeadlines,
  approversQuorum,
  approversReachable,
  baseDomain,
  blobStorage,
  carriedVariables,
  certificate,
  clientTools,
  clusterAddOns,
  clusterArchitecture,
  clusterCapacity,
  codeExecutor,
  collation,
  collectedSecrets,
  connectionLimits,
  connections,
  databaseGrowth,
  databaseRights,
  databaseSsl,
  databasesInspected,
  dnsRecord,
  dnsRoutedSets,
  dnsTarget,
  dnsTtl,
  driftSinceRehearsal,
  encoding,
  encryptionKey,
  encryptionKeyOld,
  encryptionMode,
  extensions,
  fencePossible,
  fenceRights,
  fieldSize,
  freezeWindow,
  imageTag,
  imageTagsAgree,
  ingressBackend,
  ingressHost,
  largestTable,
  licenseKey,
  loadBalancerScheme,
  lockTable,
  materializedViews,
  migrator,
  namespaceQuota,
  oldTransactions,
  poolerEndpoint,
  postgresqlMajors,
  preparedTransactions,
  recopiedTables,
  rehearsalFresh,
  resourceAccess,
  retool4Integrity,
  retoolDatabase,
  retoolStorage,
  runningWorkflows,
  schedule,
  schemaMigrations,
  serverBackups,
  serverMaintenance,
  sourceAutoscaling,
  sourceHoldsTables,
  sourceRunning,
  sourceStoppable,
  ssoHeldBack,
  targetEmpty,
  targetKeeper,
  targetRoles,
  targetSessionSettings,
  targetSize,
  targetStopped,
  targetStorage,
  temporalCluster,
  unloggedTables,
  uuidExtension,
  variableFates,
  wayBack,
  workflowsOff,
];
