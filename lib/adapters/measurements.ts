import { keys } from '../domain/run.ts';
import { Measurement } from '../workflow/documents/measurement.ts';
import type { Documents } from './documents.ts';
import { readable } from './earlier.ts';

/** A prediction takes ten, the report's picture shows as many as one can tell apart. */
const NEWEST = 30;

/** What the runs of a migration measured: an object each, written once, whose keys sort by the run's start. */
export interface Measurements {
  /** The newest thirty, the oldest of them first. Those that another version of Passage wrote otherwise are left out. */
  read(migration: string): Promise<Measurement[]>;
  /** Writes it once; a second writing of the same run changes nothing. */
  record(migration: string, measurement: Measurement): Promise<void>;
}

export function s3Measurements(documents: Documents): Measurements {
  return {
    async read(migration) {
      const found = (await documents.keys(keys.measurements(migration))).sort().slice(-NEWEST);
      const read = await Promise.all(found.map((key) => readable(documents, key, Measurement)));
      return read.filter((one) => one !== null);
    },
    async record(migration, measurement) {
      await documents.create(keys.measurement(migration, measurement), Measurement.parse(measurement));
    },
  };
}
