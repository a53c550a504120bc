import * as z from 'zod';
import { duration } from '../runtime/yaml.ts';
import { faultKind, requestShows } from './fault.ts';

export const applicationSlow = faultKind({
  kind: 'application-slow',
  says: 'web-demo takes longer over each request',
  strikes: 'centres',
  needs: ['application-behaviour'],
  stacks: true,
  schema: z.strictObject({ delay: duration }),
  inject: (controls, centre, params, label) =>
    controls.centre(centre).setApplication(label, { delayMs: params.delay }),
  isInEffect(controls, centre, params) {
    const { clock } = controls;
    const sent = clock.now();
    // Not as long as the delay: the fault would be found in force, and be healed, so much later.
    const enough = Math.min(params.delay, 500);
    return requestShows(controls, centre, () => clock.now() - sent >= enough, enough);
  },
  heal: (controls, centre, _undo, label) => controls.centre(centre).setApplication(label, {}),
});
