import { bootPod, mainContainer, type PodSpec, previewNameOf } from '../../lib/domain/boot-pod.ts';

const facts = {
  migration: 'acme-retool',
  run: 'autumn',
  database: 'passage_autumn',
  previewName: 'preview.retool.acme.example.com',
  license: null,
  names: ['SAML_NEW'],
};
const labels = {
  app: 'retool',
  'app.kubernetes.io/instance': 'retool',
  'app.kubernetes.io/name': 'retool',
  'telemetry.retool.com/service-name': 'main-backend',
};
const main = {
  name: 'main-backend',
  image: 'tryretool/backend:3.148.5-stable',
  env: [
    { name: 'SERVICE_TYPE', value: 'MAIN_BACKEND' },
    { name: 'POSTGRES_HOST', value: 'target.invalid' },
    { name: 'POSTGRES_DB', value: 'retool' },
  ],
  ports: [{ containerPort: 3000, hostPort: 3000 }],
  resources: { limits: { memory: '8Gi' } },
  volumeMounts: [{ name: 'ca', mountPath: '/ca' }],
};
const template = (more: Partial<PodSpec> = {}) => ({
  metadata: { labels, annotations: { 'vault.example.com/inject': 'true' } },
  spec: {
    containers: [main],
    serviceAccountName: 'retool',
    restartPolicy: 'Always',
    volumes: [{ name: 'ca', configMap: { name: 'ca' } }],
    ...more,
  },
});
const booted = (more: Partial<PodSpec> = {}) => {
  const pod = bootPod(template(more), facts);
  if ('refusal' in pod) throw new Error(pod.refusal);
  return pod;
};

test('no Service or controller of the application takes it for its own: it shares no label with the template', () => {
  const { metadata } = booted();
  expect(metadata.labels).toEqual({
    'app.kubernetes.io/name': 'passage-boot',
    'app.kubernetes.io/managed-by': 'passage',
    'passage.dev/run': 'autumn',
    'passage.dev/migration': 'acme-retool',
  });
  // Whatever part of the template's labels a selector names, it does not match.
  const shared = Object.entries(labels).filter(([name, value]) => metadata.labels[name] === value);
  expect(shared).toEqual([]);
});

test('image, resources, service account and volumes are those of the deployment', () => {
  expect(booted().spec).toMatchObject({
    serviceAccountName: 'retool',
    volumes: [{ name: 'ca', configMap: { name: 'ca' } }],
    containers: [
      {
        image: main.image,
        resources: main.resources,
        volumeMounts: main.volumeMounts,
        ports: [{ containerPort: 3000 }],
      },
    ],
  });
  expect(booted().metadata.annotations).toMatchObject({ 'vault.example.com/inject': 'true' });
});

test('it is started once, takes no port of its node, and ends by itself if nobody ends it', () => {
  const { spec } = booted();
  expect(spec).toMatchObject({ restartPolicy: 'Never', activeDeadlineSeconds: 5400, terminationGracePeriodSeconds: 5 });
  expect(JSON.stringify(spec)).not.toContain('hostPort');
});

test('companions and what runs before it get the scratch database, too, but nothing that they did not state', () => {
  const migrator = {
    name: 'migrate',
    env: [
      { name: 'POSTGRES_DB', value: 'retool' },
      { name: 'POSTGRES_HOST', value: 'h' },
    ],
  };
  const proxy = { name: 'proxy', env: [{ name: 'LEVEL', value: 'info' }] };
  const { spec } = booted({ containers: [proxy, main], initContainers: [migrator] });
  expect(spec.initContainers?.[0]?.env).toEqual([
    { name: 'POSTGRES_DB', value: 'passage_autumn' },
    { name: 'POSTGRES_HOST', value: 'h' },
  ]);
  expect(spec.containers[0]?.env).toEqual(proxy.env);
  expect(spec.containers[1]?.env).toContainEqual({ name: 'POSTGRES_DB', value: 'passage_autumn' });
});

test('a companion that takes a whole Secret is kept from the real database, mail and sign-on as the application is', () => {
  const whole = {
    name: 'migrate',
    env: [{ name: 'POSTGRES_HOST', value: 'h' }],
    envFrom: [{ secretRef: { name: 'retool' } }],
  };
  const { spec } = booted({ containers: [main, { ...whole, name: 'companion' }], initContainers: [whole] });
  for (const { env } of [spec.containers[1]!, spec.initContainers![0]!]) {
    expect(env).toContainEqual({ name: 'POSTGRES_DB', value: 'passage_autumn' });
    for (const name of ['DATABASE_URL', 'SMTP_HOST', 'SAML_NEW', 'CLIENT_SECRET']) {
      expect(env).toContainEqual({ name, value: '' });
    }
  }
});

test('a companion that names the server alone is not left to a default of the database', () => {
  const env = [{ name: 'POSTGRES_HOST', value: 'h' }];
  expect(booted({ containers: [main, { name: 'other', env }] }).spec.containers[1]?.env).toEqual([
    ...env,
    { name: 'POSTGRES_DB', value: 'passage_autumn' },
  ]);
});

test('it is not in the network of its node, and only reads what outlives it', () => {
  const volumes = [
    { name: 'shared', persistentVolumeClaim: { claimName: 'shared' } },
    { name: 'own', emptyDir: {} },
  ];
  const { spec } = booted({ hostNetwork: true, volumes });
  expect(spec.hostNetwork).toBe(false);
  expect(spec.volumes).toEqual([
    { name: 'shared', persistentVolumeClaim: { claimName: 'shared', readOnly: true } },
    { name: 'own', emptyDir: {} },
  ]);
});

test('one container whose database cannot be exchanged is enough for a refusal', () => {
  const other = { name: 'other', env: [{ name: 'DATABASE_URL', valueFrom: {} }] };
  expect(bootPod(template({ containers: [main, other] }), facts)).toEqual({
    refusal: expect.stringMatching(/^container "other": DATABASE_URL comes whole/),
  });
  expect(bootPod(template({ containers: [] }), facts)).toEqual({ refusal: 'its pod template has no container' });
});

test('the template itself is left as it was', () => {
  const given = template();
  const before = structuredClone(given);
  bootPod(given, facts);
  expect(given).toEqual(before);
});

test('the application is the container with a SERVICE_TYPE, else the first', () => {
  const proxy = { name: 'proxy' };
  expect(mainContainer([proxy, main])).toBe(main);
  expect(mainContainer([proxy])).toBe(proxy);
});

test('the preview name is below the real one, unless the configuration names another', () => {
  expect(previewNameOf('retool.acme.example.com', undefined)).toBe('preview.retool.acme.example.com');
  expect(previewNameOf('retool.acme.example.com', 'blueprints.acme.example.com')).toBe('blueprints.acme.example.com');
});
