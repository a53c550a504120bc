import * as z from 'zod';
import type { RequestEvent } from '../../runtime/journal.ts';
import { describeWindow, populations, windowed } from '../windows.ts';
import { count, list } from '../words.ts';
import { type Expectation, expectation, inWindow } from './expectation.ts';

const schema = z.strictObject({ centres: z.array(z.string()).min(1), ...windowed, ...populations });

/** From the window's begin on, every request must go where `allows` lets it; by the address that was dialled. */
function destinations(
  name: string,
  words: { readonly says: string; readonly held: string },
  allows: (centres: readonly string[], centre: string | undefined) => boolean,
): Expectation {
  return expectation({
    name,
    schema,
    says: ({ centres, ...params }) => `${words.says} ${list(centres)} (${describeWindow(params)})`,
    judge: inWindow(({ centres, populations }, drill, window, findings) => {
      const requests = drill.requestsIn(window, populations).filter(({ address }) => address !== undefined);
      if (requests.length === 0) return findings.unknown('No request was sent to any centre.');
      const strays = requests.filter(({ centre }) => !allows(centres, centre));
      const figures = { requests: requests.length, strays: strays.length };
      const [first] = strays;
      if (first === undefined) {
        return findings.held(`${words.held} ${count(requests.length, 'request')} went there.`, { figures });
      }
      const last = strays.at(-1) as RequestEvent;
      return findings.violated(
        `${strays.length} of ${count(requests.length, 'request')} went to ${places(strays)}: ` +
          `the first sent at ${drill.time(first.sent)}, the last at ${drill.time(last.sent)}.`,
        { figures, events: strays },
      );
    }),
  });
}

function places(requests: readonly RequestEvent[]): string {
  return list([...new Set(requests.map(({ centre, address }) => centre ?? String(address)))].sort());
}

export const noTrafficTo = destinations(
  'no-traffic-to',
  { says: 'no request goes to', held: 'None of' },
  (centres, centre) => centre === undefined || !centres.includes(centre),
);

export const onlyTrafficTo = destinations(
  'only-traffic-to',
  { says: 'requests go only to', held: 'All of' },
  (centres, centre) => centre !== undefined && centres.includes(centre),
);
