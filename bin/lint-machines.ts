import { lintMachines } from '../lib/commands/lint-machines.ts';

// What no compiler sees in statemachines/*/definition.asl.json; a line for each finding.
const findings = lintMachines('statemachines');
for (const finding of findings) console.error(finding);
if (findings.length > 0) process.exitCode = 1;
