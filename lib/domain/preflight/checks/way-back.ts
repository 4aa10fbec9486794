import { plural } from '../../quantities.ts';
import { blocker, type Check, pass } from '../check.ts';

/** Everything that `unwind` would put back must be known before it is changed. */
export const check: Check = {
  id: 'way-back',
  title: 'What a cutover changes is known well enough to be put back',
  about: 'cutover',
  needsTarget: true,
  look({ source, target, dns }) {
    const missing = [
      ...(source.services.some(({ desiredCount }) => desiredCount > 0)
        ? []
        : ['the counts of the source services: none of them is to run']),
      ...(source.applicationLogin ? [] : ["the application's login, which is locked and opened again"]),
      ...(target.backend ? [] : ["the Ingress's service, which the gate hides and shows again"]),
      ...(dns.records.length > 0 ? [] : ['the record that users are sent back to']),
    ];
    if (missing.length > 0) {
      return blocker(`Not known: ${missing.join('; ')}.`, 'Mend what other checks say of these, then start again.');
    }
    return pass(
      `${plural(source.services.length, 'service')}, one login, the Ingress's service and ${plural(dns.records.length, 'record')} would be put back.`,
    );
  },
};
