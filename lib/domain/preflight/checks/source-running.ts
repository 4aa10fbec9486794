import { type Check, pass, warning } from '../check.ts';

export const check: Check = {
  id: 'source-running',
  title: 'The source serves users now',
  about: 'application',
  look({ source }) {
    const main = source.services.filter(({ roles }) => roles.includes('main-backend'));
    const running = main.filter(({ desiredCount }) => desiredCount > 0);
    if (running.length > 0) {
      return pass(`${running.map(({ service, desiredCount }) => `${service}: ${desiredCount}`).join(', ')}.`);
    }
    return warning(
      'No main backend of the source is to run.',
      'Look whether users are elsewhere already: then this database is not the one that counts.',
    );
  },
};
