import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { rbacFor } from '../kubernetes/rbac.ts';
import { MigrationConfiguration } from '../workflow/configuration.ts';
import { loadDefinition } from '../workflow/definition.ts';
import { mermaid } from '../workflow/graph.ts';
import { machineNames, machines } from '../workflow/registry.ts';
import { Summary } from '../workflow/summary.ts';
import { permissionsDocument } from './permissions/document.ts';
import type { Resources } from './permissions/template.ts';

/** A file that follows from the code, and what it must hold. */
interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

const project = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/**
 * The lists of preflight checks, the schemas of `migrations/*.json` and `summary.json`, what the sample's cluster
 * applies, and the graph in each machine's README.
 */
export function generatedFiles(): GeneratedFile[] {
  return [
    ...listsOfChecks(),
    {
      path: project('docs/schemas/migration.schema.json'),
      text: json({
        title: 'A migration of Passage',
        ...z.toJSONSchema(MigrationConfiguration, { io: 'input', target: 'draft-7' }),
      }),
    },
    {
      path: project('docs/schemas/summary.schema.json'),
      text: json({ title: 'What a run of Passage did', ...z.toJSONSchema(Summary, { target: 'draft-7' }) }),
    },
    { path: project('lib/kubernetes/rbac.json'), text: json(rbacFor('retool')) },
    ...machineNames.flatMap((name) => {
      const path = project(`statemachines/${machines[name].folder}/README.md`);
      if (!existsSync(path)) return [];
      return [{ path, text: withGraph(readFileSync(path, 'utf8'), mermaid(JSON.parse(loadDefinition(name).text))) }];
    }),
  ];
}

/** A bundle cannot list a folder, so the files of `checks/` are listed here, and their ids where overrides are read. */
function listsOfChecks(): GeneratedFile[] {
  const ids = readdirSync(project('lib/domain/preflight/checks')).map((file) => file.replace(/\.ts$/, ''));
  ids.sort();
  const variable = (id: string) => id.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const lines = (...text: readonly string[]) => `${text.join('\n')}\n`;
  return [
    {
      path: project('lib/domain/preflight/checks.ts'),
      text: lines(
        "import type { Check } from './check.ts';",
        ...ids.map((id) => `import { check as ${variable(id)} } from './checks/${id}.ts';`),
        '',
        '/** Every file of checks/; `npm run docs` writes this list. */',
        'export const checks: readonly Check[] = [',
        ...ids.map((id) => `  ${variable(id)},`),
        '];',
      ),
    },
    {
      path: project('lib/workflow/check-ids.ts'),
      text: lines(
        "import { ProblemKind } from './documents/findings.ts';",
        '',
        '/** The id of every preflight check: a file of lib/domain/preflight/checks/, or a kind of problem; `npm run docs` writes this list. */',
        'export const checkIds = [',
        ...ids.map((id) => `  '${id}',`),
        '  ...ProblemKind.options,',
        '] as const;',
        'export type CheckId = (typeof checkIds)[number];',
      ),
    },
  ];
}

/** Who may do what: made of a synthesized template, which the other files do without. */
export const permissionsFile = (resources: Resources): GeneratedFile => ({
  path: project('docs/permissions.md'),
  text: permissionsDocument(resources),
});

/**
 * Writes those that differ from what they must hold; returns their paths.
 * @param resources of the synthesized template
 */
export function writeDocs(resources: Resources): string[] {
  return [...generatedFiles(), permissionsFile(resources)]
    .filter(({ path, text }) => !existsSync(path) || readFileSync(path, 'utf8') !== text)
    .map(({ path, text }) => {
      writeFileSync(path, text);
      return path;
    });
}

const withGraph = (readme: string, graph: string): string =>
  readme.replace(/```mermaid\n[^`]*```/, () => `\`\`\`mermaid\n${graph}\n\`\`\``);
