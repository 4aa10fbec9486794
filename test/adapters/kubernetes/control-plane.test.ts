import { DescribeClusterCommand, EKSClient, ListAddonsCommand } from '@aws-sdk/client-eks';
import { mockClient } from 'aws-sdk-client-mock';
import { controlPlane } from '../../../lib/adapters/kubernetes/control-plane.ts';
import { declared, sdkError } from '../../support/declared.ts';

const mock = mockClient(EKSClient);
const look = () => controlPlane(new EKSClient({ region: 'eu-west-1' }), 'acme');
beforeEach(() => {
  mock.reset();
  mock.on(DescribeClusterCommand, { name: 'acme' }).resolves({ cluster: {} });
});

test('tells the add-ons that EKS keeps, page after page, and whether it is Auto Mode', async () => {
  mock.on(ListAddonsCommand, { clusterName: 'acme' }).resolves({ addons: ['coredns'], nextToken: 'more' });
  mock.on(ListAddonsCommand, { nextToken: 'more' }).resolves({ addons: ['eks-pod-identity-agent'] });
  expect(await look()).toEqual({ autoMode: false, managedAddOns: ['coredns', 'eks-pod-identity-agent'] });
  mock.on(DescribeClusterCommand).resolves({ cluster: { computeConfig: { enabled: true } } });
  expect((await look()).autoMode).toBe(true);
});

test('without the right to list them they are not known; what fails otherwise is tried again', async () => {
  mock.on(ListAddonsCommand).rejects(sdkError('AccessDeniedException'));
  expect(await look()).toEqual({ autoMode: false, managedAddOns: null });
  mock.on(ListAddonsCommand).rejects(sdkError('ServerException'));
  await expect(look()).rejects.toEqual(declared('ServiceUnavailable', /describe EKS cluster "acme" and its add-ons/));
});
