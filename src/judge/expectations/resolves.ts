import * as z from 'zod';
import { populations, windowed } from '../windows.ts';
import { eventsIn, expectation, inWindow } from './expectation.ts';

/** The name always has addresses: no resolver gets an error, an empty answer or none, and no client is left without. */
export const resolves = expectation({
  name: 'resolves',
  schema: z.strictObject({ ...windowed, ...populations }),
  says: params => ['resolves', params],
  judge: inWindow(({ populations }, drill, window, findings) => {
    const answers = eventsIn(drill.answers, window).filter(
      ({ population }) => populations === undefined || populations.includes(population),
    );
    const empty = answers.filter(({ addresses, failure }) => failure !== undefined || addresses.length === 0);
    const lost = drill.requestsIn(window, populations).filter(({ failure }) => failure === 'dns');
    const figures = { answers: answers.length, empty: empty.length, 'requests without address': lost.length };
    const events = [...empty, ...lost];
    if (events.length > 0) {
      const kinds = [...new Set(empty.map(({ failure }) => failure ?? 'empty'))].sort();
      const text = ['withoutAddresses', empty.length, answers.length, kinds, lost.length] as const;
      return findings.violated(text, { figures, events });
    }
    if (answers.length === 0) return findings.unknown(['noResolver'], { figures });
    return findings.held(['allAddresses', answers.length], { figures });
  }),
});
