import { mermaid } from '../../lib/workflow/graph.ts';

test('draws choices as questions, ends as ends, branches inside of their state and what is caught as dashes', () => {
  const graph = mermaid({
    StartAt: 'Look',
    States: {
      Look: { Type: 'Task', Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Failed' }], Next: 'Is it there?' },
      'Is it there?': { Type: 'Choice', Choices: [{ Condition: '{% $there %}', Next: 'Do both' }], Default: 'Failed' },
      'Do both': {
        Type: 'Parallel',
        Branches: [
          { StartAt: 'One', States: { One: { Type: 'Task', End: true } } },
          { StartAt: 'Other', States: { Other: { Type: 'Pass', End: true } } },
        ],
        Next: 'Done',
      },
      Done: { Type: 'Succeed' },
      Failed: { Type: 'Fail' },
    },
  });
  expect(graph.split('\n')).toEqual([
    'flowchart TD',
    '  start((" ")) --> look',
    '  look["Look"]',
    '  look --> is_it_there',
    '  look -.-> failed',
    '  is_it_there{"Is it there?"}',
    '  is_it_there -->|yes| do_both',
    '  is_it_there -->|no| failed',
    '  subgraph do_both["Do both"]',
    '    one["One"]',
    '    other["Other"]',
    '  end',
    '  do_both --> done',
    '  done(["Done"])',
    '  failed(["Failed"])',
  ]);
});
