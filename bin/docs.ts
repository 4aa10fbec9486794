import { writeDocs } from '../lib/commands/docs.ts';

// Writes what follows from the code: the migrations' JSON Schema, the cluster's access list, the machines' graphs.
for (const path of writeDocs()) console.log(path);
