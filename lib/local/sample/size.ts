/** How many rows the sample has of what grows in a real instance. */
export interface SampleRows {
  readonly users: number;
  readonly pages: number;
  readonly pageSaves: number;
  /** Of an app: each save has between 20 and so many, of about 340 characters each; few have many. */
  readonly components: number;
  readonly auditTrailEvents: number;
  readonly workflowRuns: number;
  readonly blockResults: number;
  /** Each of the many small tables has fewer. */
  readonly small: number;
}

export type SampleSize = 'small' | 'medium';

/** What a size is made of, and what it takes. */
interface SampleScale {
  readonly rows: SampleRows;
  /** The source's database on disk. */
  readonly bytes: number;
  /** To be free on disk before it is made: source, its copy, the logs of both servers, staging. */
  readonly needsBytes: number;
  /** On two cores. */
  readonly takes: string;
}

export const sampleSizes: Readonly<Record<SampleSize, SampleScale>> = {
  small: {
    rows: {
      users: 3_000,
      pages: 400,
      pageSaves: 1_500,
      components: 110,
      auditTrailEvents: 100_000,
      workflowRuns: 12_000,
      blockResults: 8_000,
      small: 300,
    },
    bytes: 75e6,
    // 2 × 75 MB + 2 × 200 MB + staging.
    needsBytes: 600e6,
    takes: 'some seconds',
  },
  medium: {
    rows: {
      users: 20_000,
      pages: 3_000,
      pageSaves: 32_000,
      components: 800,
      auditTrailEvents: 3_000_000,
      workflowRuns: 200_000,
      blockResults: 600_000,
      small: 2_500,
    },
    bytes: 2.5e9,
    // 2 × 2.5 GB + 2 × 2 GB (max_wal_size) + 1 GB of staging.
    needsBytes: 10e9,
    takes: 'about 2 minutes, once',
  },
};
