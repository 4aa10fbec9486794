import { jest } from '@jest/globals';

// No test depends on speed: this only ends one that hangs. Jest reads testTimeout of no project among several.
jest.setTimeout(120_000);
