/** Says at the very end, alone on a line, what a machine reads: `205 passed, 0 failed, 3 skipped`. */
export default class ClosingLine {
  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites }) {
    // A file that does not load has no tests that could fail.
    const failed = numFailedTests + numRuntimeErrorTestSuites;
    process.on('exit', () => {
      process.stdout.write(`\n${numPassedTests} passed, ${failed} failed, ${numPendingTests} skipped\n`);
    });
  }
}
