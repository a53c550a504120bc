import * as z from 'zod';
import { succeeded } from '../../runtime/journal.ts';
import { share } from '../../runtime/yaml.ts';
import { populations, windowed } from '../windows.ts';
import { expectation, inWindow } from './expectation.ts';

/** Fewer than a share of the requests fail; with `centres`, of those that were sent there: whether these carry the load. */
export const errorsBelow = expectation({
  name: 'errors-below',
  schema: z.strictObject({
    share,
    centres: z.array(z.string()).min(1).optional(),
    ...windowed,
    ...populations,
  }),
  says: ({ share, centres, ...params }) => ['errorsBelow', share, centres, params],
  judge: inWindow(({ share, centres, populations }, drill, window, findings) => {
    const requests = drill
      .requestsIn(window, populations)
      .filter(({ centre }) => centres === undefined || (centre !== undefined && centres.includes(centre)));
    if (requests.length === 0) return findings.unknown(['noRequest']);
    const errors = requests.filter(request => !succeeded(request));
    const found = errors.length / requests.length;
    const until = Math.min(window.until, drill.ends ?? window.until);
    const rate = Number(((requests.length * 1000) / Math.max(1, until - window.from)).toFixed(1));
    const figures = {
      requests: requests.length,
      errors: errors.length,
      share: Number(found.toFixed(4)),
      rate,
    };
    const text = ['errorRate', errors.length, requests.length, rate] as const;
    return errors.length === 0 || found < share
      ? findings.held(text, { figures })
      : findings.violated(text, { figures, events: errors });
  }),
});
