import type { Found, Rule } from '../rule.ts';

export const rule: Rule = {
  id: 'machine',
  title: 'A machine speaks JSONata, ends by itself and says what it does',
  *find({ QueryLanguage, TimeoutSeconds, Comment }): Iterable<Found> {
    const say = (message: string): Found => ({ state: null, message });
    if (QueryLanguage !== 'JSONata') yield say('"QueryLanguage" is not "JSONata": without it AWS reads JSONPath.');
    if (typeof TimeoutSeconds !== 'number') {
      yield say('There is no "TimeoutSeconds": a run that hangs would stay open for a year.');
    }
    if (!Comment?.endsWith('.')) yield say('There is no "Comment" that says in a sentence what the machine does.');
  },
};
