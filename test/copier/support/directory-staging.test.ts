import { expect, test } from '@jest/globals';
import { DirectoryStaging } from './directory-staging.ts';

test('a directory is a staging like any other: what fails halfway is not there', async () => {
  const staging = new DirectoryStaging();
  async function* broken() {
    yield Buffer.from('half');
    throw new Error('broken');
  }
  await expect(staging.put('chunk', broken())).rejects.toThrow('broken');
  expect(await staging.list('')).toEqual([]);
  staging.remove();
});
