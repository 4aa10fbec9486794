import { type BadExamples, calling, done, machine } from '../machine.ts';

const output = (text: string) => machine({ Say: { Type: 'Pass', Output: text, Next: 'Done' }, Done: done });

export const bad: BadExamples = {
  'text around an expression': {
    machine: output('Hello {% $states.input.name %}'),
    found: [['Say', /^"Output" is text: an expression begins with/]],
  },
  'a space before it': { machine: output(' {% $states.input %}'), found: [['Say', /is text/]] },
  'what is not JSONata': {
    machine: output('{% $states.input. %}'),
    found: [['Say', /^"Output" is not JSONata: .+/]],
  },
  'what nobody can read at a glance': {
    machine: output(`{% $states.input.a${' + $states.input.a'.repeat(5)} %}`),
    found: [['Say', /is 105 characters of JSONata; what is longer than 80 belongs into lib\/domain/]],
  },
  'a function that AWS takes away, and one that nobody has': {
    machine: output("{% $eval('1') + $shout($states.input) %}"),
    found: [
      ['Say', /calls \$eval, which Step Functions does not have/],
      ['Say', /calls \$shout/],
    ],
  },
  'a field without $states.input, and contexts that there are not': {
    machine: output('{% name & $.name & $$.name %}'),
    found: [
      ['Say', /reads name, but Step Functions gives no context: write \$states\.input/],
      ['Say', /reads \$, but/],
      ['Say', /reads \$\$, but/],
    ],
  },
  'an expression where AWS takes none': {
    machine: calling({
      Next: '{% $states.input.next %}',
      Retry: [{ ErrorEquals: ['{% $states.input.name %}'], MaxAttempts: 1 }],
    }),
    found: [
      ['Call', /^"Retry\.0\.ErrorEquals\.0" takes no expression/],
      ['Call', /^"Next" takes no expression/],
    ],
  },
};
