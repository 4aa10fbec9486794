import { blocker, type Check, pass, warning } from '../check.ts';

export const check: Check = {
  id: 'encoding',
  title: 'Both databases have one encoding',
  about: 'cutover',
  needsDatabases: true,
  look({ databases: { source, target } }) {
    if (source.encoding !== target.encoding) {
      return blocker(
        `The source is ${source.encoding}, the target's database ${target.encoding}.`,
        `Drop and create the target's database with ENCODING '${source.encoding}' and TEMPLATE template0.`,
      );
    }
    if (source.encoding === 'SQL_ASCII') {
      return warning(
        'SQL_ASCII accepts any bytes, so what a text means is not known.',
        'It is copied byte by byte. Retool expects UTF8: look at names with letters beyond ASCII.',
      );
    }
    return pass(`Both are ${source.encoding}.`);
  },
};
