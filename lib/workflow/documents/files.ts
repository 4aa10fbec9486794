import { z } from 'zod';

/** A file for people that a run has made of what it collected, as it stands under `runs/<run>/files/`. */
export const FileEntry = z.strictObject({
  name: z.string().regex(/^[a-z][a-z.-]*$/),
  /** Of the evidence bucket. */
  key: z.string(),
  why: z.string(),
  how: z.string(),
});
export type FileEntry = z.infer<typeof FileEntry>;

/** `runs/<run>/files.json`, in the order in which they are used. */
export const FilesWritten = z.strictObject({ files: z.array(FileEntry) });
export type FilesWritten = z.infer<typeof FilesWritten>;
