import { everyState } from '../../states.ts';
import type { Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'concurrency',
  title: 'A Map says how many of its iterations may run at a time, and AWS can run as many',
  *find(machine) {
    for (const [state, { Type, MaxConcurrency: wanted, ItemProcessor }] of everyState(machine)) {
      if (Type !== 'Map' || typeof wanted === 'string') continue;
      const most = ItemProcessor?.ProcessorConfig?.Mode === 'DISTRIBUTED' ? 10_000 : 40;
      if (!wanted)
        yield { state, message: `There is no "MaxConcurrency": AWS would start as many as it can, up to ${most}.` };
      else if (wanted > most)
        yield { state, message: `"MaxConcurrency" is ${wanted}; this Map runs ${most} at a time.` };
    }
  },
};
