/** What AWS changed, and when, in epoch milliseconds: for playing what was recorded before. */
export const changes = {
  /**
   * An EvaluationFailed at a state's entry names the entry; before, it named the event before it. The recordings of 21 November
   * and 27 December 2024 differ: this is the middle of the two.
   */
  evaluationsNameTheEntry: Date.parse('2024-12-09T00:00:00Z'),
  /** `Map.Item.Source`: new data sources of distributed Maps (the developer guide's document history). */
  itemsHaveASource: Date.parse('2025-09-18T00:00:00Z'),
  /**
   * An ItemReader goes through the members of a JSON object [measured in July 2026: github.com/floci-io/floci #1588]; it failed
   * in September 2023 [recorded]. When that changed is not known: the other sources of items came on this day.
   */
  objectsHaveItems: Date.parse('2025-09-18T00:00:00Z'),
};
