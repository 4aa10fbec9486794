// The CDK's own validator takes eight seconds for each file that synthesizes; test/infra/validators.test.ts asks it.
process.env.CDK_VALIDATION = 'false';

const project = (displayName, testMatch, more = {}) => ({
  displayName,
  testMatch,
  testEnvironment: '<rootDir>/test/support/deadline.js',
  setupFilesAfterEnv: ['<rootDir>/test/support/patience.js'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2024', experimental: { keepImportAttributes: true } },
        module: { type: 'es6' },
      },
    ],
  },
  modulePathIgnorePatterns: ['<rootDir>/cdk.out', '<rootDir>/.passage'],
  ...more,
});

/** Each level of the suite can fail alone: `npm test -- --selectProjects rules`. */
export default {
  // Tests wait for processes, heartbeats and timers: with two workers two cores stood idle for a quarter of the time.
  maxWorkers: 3,
  // What earlier files of a worker left in its heap is walked at each collection: after 2 GB all takes three times as long.
  workerIdleMemoryLimit: '600MB',
  // On a busy machine half a second is not enough to end with a full heap; what leaks does not end at all.
  workerGracefulExitTimeout: 10_000,
  testSequencer: '<rootDir>/test/support/longest-first.js',
  reporters: ['default', '<rootDir>/test/support/closing-line.js'],
  projects: [
    project('rules', [
      '<rootDir>/test/{domain,workflow,pages,lambda,commands,support}/**/*.test.ts',
      '<rootDir>/test/lambdas/*.test.ts',
    ]),
    project('contract', ['<rootDir>/test/contract/**/*.test.ts']),
    project('machines', ['<rootDir>/test/statemachines/**/*.test.ts']),
    project('adapters', ['<rootDir>/test/adapters/**/*.test.ts']),
    project('infrastructure', ['<rootDir>/test/infra/**/*.test.ts']),
    project('local', ['<rootDir>/test/local/**/*.test.ts']),
    project('postgres', ['<rootDir>/test/{copier,lambdas/postgres,benchmark}/**/*.test.ts']),
    project('end-to-end', ['<rootDir>/test/end-to-end/**/*.test.ts']),
  ],
};
