import { type BadExamples, calling } from '../machine.ts';

const naming = (FunctionName: string) => calling({ Arguments: { FunctionName, Payload: {} } });

export const bad: BadExamples = {
  'a pseudo parameter, which a definition does not have': {
    machine: naming('arn:${AWS::Partition}:lambda:eu-west-1:${Account}:function:f'),
    found: [['Call', /^\$\{AWS::Partition\} stays as it is: CloudFormation replaces only/]],
  },
  'what is no placeholder, and what does not end': {
    machine: naming('${Take-Lease} ${TakeLease'),
    found: [
      ['Call', /^\$\{Take-Lease\} stays as it is: a placeholder is letters and digits/],
      ['Call', /^\$\{TakeLease/],
    ],
  },
  'an account': {
    machine: naming('arn:aws:lambda:eu-west-1:123456789012:function:take-lease'),
    found: [['Call', /^arn:aws:lambda:eu-west-1:123456789012:… names an account/]],
  },
};
