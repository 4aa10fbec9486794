import { CHART, certificateFor, chartExtras } from './chart.ts';
import type { Collected, UserFile } from './file.ts';
import { hcl } from './hcl.ts';
import { accountOf, placeOf, prefixOf } from './places.ts';
import { parts, replicasOf, sourceSize } from './sizing.ts';
import { type Entry, entry, open, Tree } from './tree.ts';
import { yaml } from './yaml.ts';

/** The blueprint whose variables these are. */
const BLUEPRINT = 'tryretool/terraform-retool-self-hosted-blueprints, examples/aws_migrate_from_cloudformation';

/** `terraform.tfvars` for the vendor's blueprints. */
export function tfvarsFile(collected: Collected): UserFile {
  return {
    name: 'terraform.tfvars',
    text: hcl(variables(collected), [
      `Variables for ${BLUEPRINT},`,
      `from what run ${collected.plan.run} found. What is behind a # is not known to Passage: fill it in.`,
      'No value in here is a secret: secrets are named.',
    ]),
    why: 'The target as the vendor’s Terraform blueprints make it: cluster, controllers and chart, with the source’s version and at least its size, single sign-on and workflows held back.',
    how: 'With the blueprints: copy it into the example that its first line names, fill in what is behind a #, then run terraform plan and apply, and scale all deployments to zero; Passage starts them at the cutover.',
  };
}

function variables(collected: Collected): Tree {
  const { configuration, source, dns } = collected;
  const account = accountOf(collected);
  const record = configuration.dns?.record;
  const certificate = record === undefined ? null : certificateFor(record, dns);
  const replicas = (part: keyof typeof parts) => replicasOf(sourceSize(source, parts[part].role));
  return new Tree(
    entry(
      'prefix',
      prefixOf(collected),
      'Becomes the name of the cluster, which target.eks.cluster of the migration must say, and of the secrets retool/<prefix>/….',
    ),
    account ? entry('region', account.region) : open('region', 'eu-west-1'),
    open('aws_profile', 'default'),
    record === undefined ? open('domain_name', 'retool.example.com') : entry('domain_name', record),
    open('vpc_id', 'vpc-…', 'The network of the target; its pods must reach the target database.'),
    open('private_subnet_ids', ['subnet-…', 'subnet-…']),
    open('public_subnet_ids', ['subnet-…', 'subnet-…']),
    database(collected),
    secret(
      collected,
      'encryption_key_secret',
      'ENCRYPTION_KEY',
      'Without this key nothing that is encrypted in the database can be read.',
    ),
    secret(collected, 'jwt_secret', 'JWT_SECRET', 'Keeps users signed in.'),
    secret(collected, 'license_key_secret', 'LICENSE_KEY'),
    certificate === null
      ? open('acm_certificate_arn', 'arn:aws:acm:…', `Of a certificate for ${record ?? 'the name that users type'}.`)
      : entry('acm_certificate_arn', certificate, 'The certificate that the source serves.'),
    entry(
      'hosted_zone_id',
      null,
      'Stays null: with a zone, terraform apply would point the name at the target at once, without a copy. Passage switches it.',
    ),
    entry('enable_https', true),
    entry(
      'temporal',
      null,
      'Null keeps workflows off until the source is stopped: two sides on one Temporal cluster take each other’s runs.',
    ),
    source.imageTag === null
      ? open('retool_image_tag', '3.148.5-stable', "The source's image has no tag, only a digest.")
      : entry('retool_image_tag', source.imageTag, 'Exactly the version of the source. Upgrade after the migration.'),
    entry('retool_helm_chart_version', CHART.version),
    entry(
      'replica_counts',
      new Tree(
        entry('backend', replicas('mainBackend')),
        entry('workflows_backend', replicas('workflowBackend')),
        entry('workflows_worker', replicas('workflowWorker')),
        entry('code_executor', replicas('codeExecutor')),
      ),
      'As many as at the source, or as many as its autoscaling keeps at least. The chart always runs one jobs runner.',
    ),
    entry(
      'retool_helm_extra_values',
      [yaml(chartExtras(collected))],
      'Values of the chart that no variable covers; they come last.',
    ),
  );
}

/** The target's database, which exists already; its master is the application's login. */
function database({ target }: Collected): Entry {
  const [, instance] =
    /^([a-z][a-z0-9-]*)\.[a-z0-9]+\.[a-z0-9-]+\.rds\.amazonaws\.com$/.exec(target?.database?.host ?? '') ?? [];
  const about = [
    'The database server of the target, on which Passage restores. Never the one of the source.',
    'credentials_secret_id: the secret of the application’s login, {"username", "password"}.',
  ];
  const fields = new Tree(
    instance === undefined ? open('instance_identifier', 'retool-target') : entry('instance_identifier', instance),
    open('credentials_secret_id', 'arn:aws:secretsmanager:…'),
    open('security_group_id', 'sg-…', 'Lets the cluster’s nodes in; leave it out where a rule is there already.'),
  );
  return instance === undefined ? open('db', fields, ...about) : entry('db', fields, ...about);
}

/** A secret by where it is; the value itself stays there. */
function secret(collected: Collected, name: string, variable: string, ...why: readonly string[]): Entry {
  const place = placeOf(collected, variable);
  if (place === null) return entry(name, null, `The source sets no ${variable}.`);
  return entry(
    name,
    new Tree(entry('secret_id', place.id), entry('property', place.property)),
    ...why,
    place.shared
      ? `The very secret that the source reads ${variable} from.`
      : `The source has ${variable} elsewhere; create-secrets.mjs puts it there.`,
  );
}
