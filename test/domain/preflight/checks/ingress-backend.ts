import type { IngressFindings } from '../../../../lib/workflow/documents/findings.ts';
import { type Cases, fine, withTarget } from '../world.ts';

const ingress = (more: Partial<IngressFindings>) => withTarget({ ingress: { ...fine.target.ingress!, ...more } });
const [retool] = fine.target.ingress!.backends;

export const cases: Cases = {
  'one service': { given: {}, severity: 'PASS', says: /^retool:80/ },
  'several services': {
    given: ingress({ backends: [retool!, { service: 'code-executor', port: 3004 }] }),
    severity: 'BLOCKER',
    says: /leads to retool:80, code-executor:3004.*an Ingress of their own/,
  },
  'one service by two ports': {
    given: ingress({ backends: [retool!, { service: 'retool', port: 'http' }] }),
    severity: 'BLOCKER',
    says: /retool:80, retool:http/,
  },
  'no service, but a resource': {
    given: ingress({ backends: [{ service: null, port: 80 }] }),
    severity: 'BLOCKER',
    says: /no Service/,
  },
  'a default backend': {
    given: ingress({ defaultBackend: retool! }),
    severity: 'BLOCKER',
    says: /default backend retool:80.*beside it.*pathType Prefix/,
  },
  'no path': { given: ingress({ backends: [] }), severity: 'BLOCKER', says: /no path to a service/ },
  'a gate that is closed': {
    given: ingress({ backends: [], gated: true }),
    severity: 'BLOCKER',
    says: /closed already\./,
  },
  'a gate that is closed in part': { given: ingress({ gated: true }), severity: 'BLOCKER', says: /in part: retool:80/ },
};
