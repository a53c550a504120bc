import * as z from 'zod';
import { duration } from '../runtime/yaml.ts';
import { faultKind } from './fault.ts';

export const applicationSlow = faultKind({
  kind: 'application-slow',
  says: 'web-demo takes longer over each request',
  strikes: 'centres',
  needs: ['application-behaviour'],
  schema: z.strictObject({ delay: duration }),
  inject: (controls, centre, params) => controls.centre(centre).setApplication({ delayMs: params.delay }),
  async isInEffect(controls, centre, params) {
    const sent = controls.clock.now();
    await controls.centre(centre).request(params.delay + 1000);
    return controls.clock.now() - sent >= params.delay;
  },
  heal: (controls, centre) => controls.centre(centre).setApplication({}),
});
