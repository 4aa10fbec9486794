import type { Subject } from './subject.ts';

/** Something that Amazon documents of S3, and that a client can see. */
export interface Behaviour {
  readonly name: string;
  /** The page that says so, below https://docs.aws.amazon.com/AmazonS3/latest/. */
  readonly documented: string;
  /** What moto (the version in conformance.test.ts) does instead, where it does not. */
  readonly moto?: string;
  /** Throws unless it holds. Behaviours share two buckets: each has keys of its own, which begin with its subject. */
  run(s3: Subject): Promise<void>;
}
