import { writeDocs } from '../lib/commands/docs.ts';
import { templateResources } from '../lib/stacks/template.ts';

// CDK's own validator takes eight seconds, and says nothing of what is written here.
process.env.CDK_VALIDATION ??= 'false';

// Writes what follows from the code: the migrations' JSON Schema, the cluster's access list, the machines' graphs, permissions.
for (const path of writeDocs(templateResources())) console.log(path);
