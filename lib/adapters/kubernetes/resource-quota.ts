import type { V1ResourceQuota } from '@kubernetes/client-node';
import type { Quota } from '../../workflow/documents/findings.ts';
import { quantity } from './quantities.ts';

const MIB = 1024 * 1024;

/** What a quota leaves of what pods take; requests may be named without `requests.`, and pods be counted as objects. */
export function readQuota({ metadata, spec, status }: V1ResourceQuota): Quota {
  const left = (unit: number, ...names: readonly string[]): number | null => {
    const rooms = names.flatMap((name) => {
      const hard = quantity(status?.hard?.[name] ?? spec?.hard?.[name]);
      return hard === null ? [] : [(hard - (quantity(status?.used?.[name]) ?? 0)) / unit];
    });
    return rooms.length === 0 ? null : Math.max(0, Math.floor(Math.min(...rooms)));
  };
  return {
    name: metadata?.name ?? '',
    scoped: (spec?.scopes ?? []).length > 0 || spec?.scopeSelector !== undefined,
    left: {
      pods: left(1, 'pods', 'count/pods'),
      requests: { cpuMillis: left(1e-3, 'requests.cpu', 'cpu'), memoryMiB: left(MIB, 'requests.memory', 'memory') },
      limits: { cpuMillis: left(1e-3, 'limits.cpu'), memoryMiB: left(MIB, 'limits.memory') },
    },
  };
}
