/** What Lambda itself does with a function's role; beside it stands a Deny for the function's own code. */
export const forTheNetwork: readonly string[] = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * Actions that are allowed on `*`, because IAM offers no resource for them, and what that gives away. A closed list:
 * test/infra/permissions.test.ts refuses any other.
 */
export const withoutResource: Readonly<Record<string, string>> = {
  'ecs:DescribeTaskDefinition': 'IAM knows neither resource nor condition',
  'ecs:ListServices': 'held to the cluster by its condition',
  'ecs:ListTasks': 'held to the cluster by its condition',
  'route53:ListHostedZonesByName': 'tells names and ids of zones, and whether they are private',
  'ses:GetAccount': 'tells whether and how much the account may send',
  'ses:GetSuppressedDestination': 'is asked about an address',
  ...each(
    'IAM knows neither resource nor condition; tells what is reached, and by which certificates',
    'elasticloadbalancing:DescribeLoadBalancers',
    'elasticloadbalancing:DescribeListeners',
    'elasticloadbalancing:DescribeListenerCertificates',
  ),
  ...each(
    'IAM knows neither resource nor condition; tells names and bounds',
    'application-autoscaling:DescribeScalableTargets',
    'application-autoscaling:DescribeScalingPolicies',
    'application-autoscaling:DescribeScheduledActions',
  ),
  'cloudwatch:GetMetricData': 'IAM knows no resource; tells figures of metrics',
  'ecr:GetAuthorizationToken': 'is asked about no repository',
  ...each('Lambda plugs functions into the network; denied to their own code', ...forTheNetwork),
  ...each(
    'delivery of a state machine’s log',
    'logs:CreateLogDelivery',
    'logs:GetLogDelivery',
    'logs:UpdateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:DescribeResourcePolicies',
    'logs:DescribeLogGroups',
  ),
  ...each(
    'traces belong to no resource',
    'xray:PutTraceSegments',
    'xray:PutTelemetryRecords',
    'xray:GetSamplingRules',
    'xray:GetSamplingTargets',
  ),
};

function each(reason: string, ...actions: readonly string[]): Record<string, string> {
  return Object.fromEntries(actions.map((action) => [action, reason]));
}
