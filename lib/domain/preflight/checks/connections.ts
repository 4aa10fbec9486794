import { blocker, type Check, pass, warning } from '../check.ts';
import { COPY_SESSIONS } from '../copy-sessions.ts';

export const check: Check = {
  id: 'connections',
  title: 'Both servers have connections to spare',
  about: 'copy',
  needsDatabases: true,
  look({ databases }) {
    const sides = (['source', 'target'] as const).map((side) => {
      const { sessions, settings } = databases[side];
      const reserved = Number(settings.superuser_reserved_connections ?? 3);
      return { side, free: sessions.most - sessions.used - reserved };
    });
    const saw = `${sides.map(({ side, free }) => `${Math.max(0, free)} free on the ${side}`).join(', ')}; a copy takes up to ${COPY_SESSIONS} of each.`;
    const least = Math.min(...sides.map(({ free }) => free));
    const todo = 'End idle sessions, scale down a client, or raise max_connections.';
    if (least < COPY_SESSIONS) return blocker(saw, todo);
    return least < 2 * COPY_SESSIONS ? warning(saw, todo) : pass(saw);
  },
};
