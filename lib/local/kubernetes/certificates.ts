import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { generate } from 'selfsigned';
import { z } from 'zod';

/** What the API server shows, and the authority by which its clients know it. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const saved = z.object({ ca: z.string(), certificate: z.string(), key: z.string() });

/** The cluster's certificates, made once; they hold for ten years as EKS's authority does. */
export async function clusterCertificates(file: string): Promise<Certificates> {
  if (existsSync(file)) return saved.parse(JSON.parse(readFileSync(file, 'utf8')));
  const notAfterDate = new Date(Date.now() + 10 * 365 * 24 * 3600 * 1000);
  const common = { keyType: 'ec', algorithm: 'sha256', notAfterDate } as const;
  const authority = await generate([{ name: 'commonName', value: 'kubernetes' }], {
    ...common,
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, digitalSignature: true, critical: true },
    ],
  });
  const server = await generate([{ name: 'commonName', value: 'kube-apiserver' }], {
    ...common,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 7, ip: '127.0.0.1' },
          { type: 2, value: 'localhost' },
        ],
      },
    ],
  });
  const certificates = { ca: authority.cert, certificate: server.cert, key: server.private };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(certificates), { mode: 0o600 });
  return certificates;
}
