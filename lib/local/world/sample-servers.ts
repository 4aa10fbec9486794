import { statfsSync } from 'node:fs';
import type { Cluster } from '../postgres/cluster.ts';
import type { Cloud } from './cloud.ts';
import type { Databases } from './databases.ts';

const GIB = 2 ** 30;

/** Both PostgreSQL clusters as RDS would describe them. Their storage is this machine's disk, as it is measured when somebody asks. */
export function describeServers(
  { rds, cloudWatch }: Pick<Cloud, 'rds' | 'cloudWatch'>,
  { source, target }: Pick<Databases, 'source' | 'target'>,
): void {
  const describe = (cluster: Cluster, name: string, more: { DeletionProtection: boolean }) => {
    const { blocks, bsize } = statfsSync(cluster.directory);
    rds.describeInstance({
      DBInstanceIdentifier: name,
      DBInstanceClass: 'db.m7g.large',
      DBInstanceStatus: 'available',
      Engine: 'postgres',
      EngineVersion: cluster.binaries.version,
      Endpoint: { Address: cluster.host, Port: cluster.port },
      StorageType: 'gp3',
      AllocatedStorage: Math.ceil((blocks * bsize) / GIB),
      BackupRetentionPeriod: 7,
      PreferredMaintenanceWindow: 'sun:03:00-sun:03:30',
      MultiAZ: false,
      ...more,
    });
    cloudWatch.watch(
      { namespace: 'AWS/RDS', name: 'FreeStorageSpace', dimensions: { DBInstanceIdentifier: name } },
      () => {
        const { bavail, bsize: block } = statfsSync(cluster.directory);
        return bavail * block;
      },
    );
  };
  describe(source, 'acme-retool-source', { DeletionProtection: true });
  describe(target, 'acme-retool-target', { DeletionProtection: false });
}
