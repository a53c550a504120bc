import * as z from 'zod';
import type { RequestEvent } from '../../runtime/journal.ts';
import { populations, windowed } from '../windows.ts';
import { type Expectation, expectation, inWindow } from './expectation.ts';

const schema = z.strictObject({ centres: z.array(z.string()).min(1), ...windowed, ...populations });

/** From the window's begin on, every request must go where `allows` lets it; by the address that was dialled. */
function destinations(
  name: string,
  messages: { readonly says: 'noTrafficTo' | 'onlyTrafficTo'; readonly held: 'noneWent' | 'allWent' },
  allows: (centres: readonly string[], centre: string | undefined) => boolean,
): Expectation {
  return expectation({
    name,
    schema,
    says: ({ centres, ...params }) => [messages.says, centres, params],
    judge: inWindow(({ centres, populations }, drill, window, findings) => {
      const requests = drill.requestsIn(window, populations).filter(({ address }) => address !== undefined);
      if (requests.length === 0) return findings.unknown(['noneAnywhere']);
      const strays = requests.filter(({ centre }) => !allows(centres, centre));
      const figures = { requests: requests.length, strays: strays.length };
      const [first] = strays;
      if (first === undefined) {
        return findings.held([messages.held, requests.length], { figures });
      }
      const last = strays.at(-1) as RequestEvent;
      const [from, until] = [drill.time(first.sent), drill.time(last.sent)];
      return findings.violated(['strays', strays.length, requests.length, places(strays), from, until], {
        figures,
        events: strays,
      });
    }),
  });
}

function places(requests: readonly RequestEvent[]): string[] {
  return [...new Set(requests.map(({ centre, address }) => centre ?? String(address)))].sort();
}

export const noTrafficTo = destinations(
  'no-traffic-to',
  { says: 'noTrafficTo', held: 'noneWent' },
  (centres, centre) => centre === undefined || !centres.includes(centre),
);

export const onlyTrafficTo = destinations(
  'only-traffic-to',
  { says: 'onlyTrafficTo', held: 'allWent' },
  (centres, centre) => centre !== undefined && centres.includes(centre),
);
