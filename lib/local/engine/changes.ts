/** What AWS changed, and when, in epoch milliseconds: for playing what was recorded before. */
export const changes = {
  /**
   * An EvaluationFailed at a state's entry names the entry; before, it named the event before it. The recordings of 21 November
   * and 27 December 2024 differ: this is the middle of the two.
   */
  evaluationsNameTheEntry: Date.parse('2024-12-09T00:00:00Z'),
  /** `Map.Item.Source`: new data sources of distributed Maps (the developer guide's document history). */
  itemsHaveASource: Date.parse('2025-09-18T00:00:00Z'),
};
