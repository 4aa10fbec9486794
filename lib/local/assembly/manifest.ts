import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** One stack of the cloud assembly, with where its assets lie. */
export interface StackFiles {
  readonly name: string;
  readonly template: unknown;
  /** By the hash that is part of an object's key: a directory, or a file. */
  readonly files: ReadonlyMap<string, string>;
  /** By the hash that is an image's tag. */
  readonly images: ReadonlyMap<string, ImageSource>;
}

/** What an image is built from. */
export interface ImageSource {
  readonly directory: string;
  readonly dockerfile: string;
}

const manifestSchema = z.object({
  artifacts: z.record(
    z.string(),
    z.object({
      type: z.string(),
      properties: z
        .object({ templateFile: z.string().optional(), stackName: z.string().optional(), file: z.string().optional() })
        .optional(),
      dependencies: z.array(z.string()).default([]),
    }),
  ),
});

const assetsSchema = z.object({
  files: z.record(z.string(), z.object({ source: z.object({ path: z.string() }) })).default({}),
  dockerImages: z
    .record(
      z.string(),
      z.object({ source: z.object({ directory: z.string(), dockerFile: z.string().default('Dockerfile') }) }),
    )
    .default({}),
});

/** Finds the stacks of a cloud assembly through its `manifest.json`. */
export function readManifest(directory: string): readonly StackFiles[] {
  const { artifacts } = manifestSchema.parse(json(join(directory, 'manifest.json')));
  return Object.entries(artifacts)
    .filter(([, { type }]) => type === 'aws:cloudformation:stack')
    .map(([id, { properties, dependencies }]) => {
      const assets = dependencies
        .map((dependency) => artifacts[dependency])
        .filter((artifact) => artifact?.type === 'cdk:asset-manifest')
        .map((artifact) => assetsSchema.parse(json(join(directory, artifact!.properties!.file!))));
      return {
        name: properties?.stackName ?? id,
        template: json(join(directory, properties!.templateFile!)),
        files: new Map(
          assets.flatMap(({ files }) =>
            Object.entries(files).map(([hash, { source }]) => [hash, join(directory, source.path)] as const),
          ),
        ),
        images: new Map(
          assets.flatMap(({ dockerImages }) =>
            Object.entries(dockerImages).map(
              ([hash, { source }]) =>
                [hash, { directory: join(directory, source.directory), dockerfile: source.dockerFile }] as const,
            ),
          ),
        ),
      };
    });
}

const json = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
