import { refusalAsGate } from '../../target-gate.ts';
import { blocker, type Check, pass } from '../check.ts';

/** A freeze hides one service behind the gate; `unwind` and the end of a cutover show it again. */
export const check: Check = {
  id: 'ingress-backend',
  title: "The target's Ingress leads to one service, which the gate can hide",
  about: 'cutover',
  needsTarget: true,
  look({ target: { ingress, backend } }) {
    // Without any, ingress-host says so.
    if (!ingress) return null;
    const refusal = refusalAsGate(ingress);
    if (refusal) return blocker(refusal.saw, refusal.todo);
    return pass(`${backend?.service}:${backend?.port}.`);
  },
};
