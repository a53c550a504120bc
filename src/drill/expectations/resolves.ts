import * as z from 'zod';
import { describeWindow, populations, windowed } from '../windows.ts';
import { count } from '../words.ts';
import { eventsIn, expectation, inWindow } from './expectation.ts';

/** The name always has addresses: no resolver gets an error, an empty answer or none, and no client is left without. */
export const resolves = expectation({
  name: 'resolves',
  schema: z.strictObject({ ...windowed, ...populations }),
  says: params => `the name always resolves to addresses (${describeWindow(params)})`,
  judge: inWindow(({ populations }, drill, window, findings) => {
    const answers = eventsIn(drill.answers, window).filter(
      ({ population }) => populations === undefined || populations.includes(population),
    );
    const empty = answers.filter(({ addresses, failure }) => failure !== undefined || addresses.length === 0);
    const lost = drill.requestsIn(window, populations).filter(({ failure }) => failure === 'dns');
    const figures = { answers: answers.length, empty: empty.length, 'requests without address': lost.length };
    const events = [...empty, ...lost];
    if (events.length > 0) {
      const kinds = [...new Set(empty.map(({ failure }) => failure ?? 'empty'))].sort().join(', ');
      return findings.violated(
        `${empty.length} of ${count(answers.length, 'answer')} without addresses${kinds && ` (${kinds})`}, ` +
          `${count(lost.length, 'request')} with no address to go to.`,
        { figures, events },
      );
    }
    if (answers.length === 0) return findings.unknown('No resolver asked.', { figures });
    return findings.held(`All of ${count(answers.length, 'answer')} held addresses.`, { figures });
  }),
});
