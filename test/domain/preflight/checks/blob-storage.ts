import { type Cases, deployment, variable, withSource, withTarget } from '../world.ts';

export const cases: Cases = {
  none: { given: {}, severity: 'PASS', says: /No bucket/ },
  'one that an environment file may name': {
    given: withSource({ environmentFiles: ['arn:aws:s3:::acme/.env'] }),
    severity: 'INFO',
    says: /whether the source has a bucket/,
  },
  'one whose name cannot be read': {
    given: withSource({ variables: [variable('RR_DEFAULT_S3_BUCKET', { reference: '/acme/bucket' })] }),
    severity: 'INFO',
    says: /whether the source has a bucket/,
  },
  'opened by keys': {
    given: withSource({
      blobStores: [{ purpose: 'applications', provider: 's3', bucket: 'acme-files', region: null, keys: true }],
    }),
    severity: 'PASS',
    says: /acme-files/,
  },
  'opened by a role, and pods have one': {
    given: {
      ...withSource({
        blobStores: [{ purpose: 'applications', provider: 's3', bucket: 'acme-files', region: null, keys: false }],
      }),
      ...withTarget({ deployments: [deployment({ serviceAccount: 'retool-pods' })] }),
    },
    severity: 'INFO',
    says: /retool-pods/,
  },
  'opened by a role, and pods have none': {
    given: withSource({
      blobStores: [{ purpose: 'applications', provider: 's3', bucket: 'acme-files', region: null, keys: false }],
    }),
    severity: 'WARNING',
    says: /no service account/,
  },
  'none, and Retool 4 needs one': { given: withTarget({ imageTag: '4.2.0' }), severity: 'WARNING', says: /Retool 4/ },
  'none, and the tag tells no version': {
    given: withTarget({ imageTag: 'latest' }),
    severity: 'INFO',
    says: /which version/,
  },
  'one opened by keys, another by a role': {
    given: withSource({
      blobStores: [
        { purpose: 'applications', provider: 's3', bucket: 'acme-files', region: null, keys: true },
        { purpose: 'applications', provider: 's3', bucket: 'acme-more', region: null, keys: false },
      ],
    }),
    severity: 'WARNING',
    says: /acme-more/,
  },
};
