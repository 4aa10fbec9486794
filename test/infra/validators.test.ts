import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Synthesized } from './support.ts';

/** A state machine that no validator of templates should let pass. */
const broken = {
  Resources: {
    Broken: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        RoleArn: 'arn:aws:iam::123456789012:role/machine',
        DefinitionString: JSON.stringify({
          QueryLanguage: 'JSONata',
          StartAt: 'Call',
          States: { Call: { Type: 'Task', Arguments: {}, End: true } },
        }),
      },
    },
  },
};

const { template } = new Synthesized();

interface Report {
  readonly diagnostics: readonly { readonly severity: string; readonly ruleId: string; readonly message: string }[];
}
interface CloudFormationValidate {
  readonly CompositeEngine: new () => { validateTemplate(template: object): Report; free(): void };
  readonly TemplateContent: new (text: string) => object;
}

describe('@aws/cloudformation-validate', () => {
  // The CDK brings it along, and has `npm run synth` ask it.
  const ofCdk = createRequire(createRequire(import.meta.url).resolve('aws-cdk-lib/package.json'));
  const { CompositeEngine, TemplateContent } = ofCdk('@aws/cloudformation-validate') as CloudFormationValidate;
  const engine = new CompositeEngine();
  afterAll(() => engine.free());
  const errorsOf = (text: string) =>
    engine
      .validateTemplate(new TemplateContent(text))
      .diagnostics.filter(({ severity }) => !['INFO', 'WARN', 'DEBUG'].includes(severity))
      .map(({ ruleId, message }) => `${ruleId}: ${message}`);

  test('finds no error in the template', () => expect(errorsOf(JSON.stringify(template))).toEqual([]));

  test('finds what is wrong with a broken machine', () => {
    expect(errorsOf(JSON.stringify(broken))).toContainEqual(expect.stringMatching(/^E3601: .*Resource/));
  });
});

interface Match {
  readonly Filename: string;
  readonly Message: string;
  readonly Rule: { readonly Id: string };
}

/** It knows no expression for a number, and fails where it would say so of a state inside of a branch. */
const withoutExpressionsForNumbers = (text: string) =>
  text.replace(/(?<=\\"(?:Timeout|Heartbeat)Seconds\\": )\\"\{%.*?%\}\\"/g, '1');

const installed = spawnSync('cfn-lint', ['--version']).status === 0;
if (!installed) console.log('No cfn-lint: its test is skipped. Install it with: pip install cfn-lint');

(installed ? describe : describe.skip)('cfn-lint', () => {
  let directory: string;
  let found: readonly Match[];
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'passage-cfn-lint-'));
    const files = Object.entries({ template, broken }).map(([name, content]) => {
      const file = join(directory, `${name}.json`);
      writeFileSync(file, withoutExpressionsForNumbers(JSON.stringify(content)));
      return file;
    });
    const options = ['--format', 'json', '--ignore-checks', 'W', 'I', '--regions', 'eu-west-1', '--template'];
    found = JSON.parse(spawnSync('cfn-lint', [...options, ...files], { encoding: 'utf8' }).stdout);
  });
  afterAll(() => rmSync(directory, { recursive: true }));

  const errorsIn = (name: string) =>
    found
      .filter(({ Filename }) => Filename.endsWith(`${name}.json`))
      .map(({ Rule, Message }) => `${Rule.Id}: ${Message}`);

  test('finds no error in the template', () => expect(errorsIn('template')).toEqual([]));

  test('finds what is wrong with a broken machine', () => {
    expect(errorsIn('broken')).toContainEqual(expect.stringMatching(/^E3601: .*Resource/));
  });
});
