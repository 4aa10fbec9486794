/** What a copy takes of a side at most: 4 workers, the snapshot's holder, the schema, the lock, and 3 for checks beside them. */
export const COPY_SESSIONS = 10;
