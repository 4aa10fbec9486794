import { type BadExamples, branch, machine } from '../machine.ts';

const mapping = (MaxConcurrency: number | undefined, Mode?: string) =>
  machine({
    Each: {
      Type: 'Map',
      MaxConcurrency,
      ItemProcessor: { ...branch({ Look: { Type: 'Pass', End: true } }), ProcessorConfig: { Mode } },
      End: true,
    },
  });

export const bad: BadExamples = {
  'a Map that says nothing': {
    machine: mapping(undefined),
    found: [['Each', /^There is no "MaxConcurrency": AWS would start as many as it can, up to 40/]],
  },
  'a Map that asks for more than runs': {
    machine: mapping(100),
    found: [['Each', /^"MaxConcurrency" is 100; this Map runs 40 at a time/]],
  },
  'a distributed Map that leaves it to AWS': {
    machine: mapping(0, 'DISTRIBUTED'),
    found: [['Each', /up to 10000/]],
  },
};
