import * as z from 'zod';
import { share } from '../runtime/yaml.ts';
import { faultKind, requestShows } from './fault.ts';

/** A smaller share shows to the drill after many seconds, if at all in the time that a lab has: there the lab is believed. */
const LEAST_SHOWN = 0.05;

export const applicationError = faultKind({
  kind: 'application-error',
  says: 'web-demo answers a share of its requests with 500',
  strikes: 'centres',
  needs: ['application-behaviour'],
  stacks: true,
  schema: z.strictObject({ share }),
  inject: (controls, centre, params, label) =>
    controls.centre(centre).setApplication(label, { errorShare: params.share }),
  isInEffect: (controls, centre, params) =>
    params.share < LEAST_SHOWN
      ? Promise.resolve(true)
      : requestShows(controls, centre, ({ response }) => response?.status === 500),
  heal: (controls, centre, _undo, label) => controls.centre(centre).setApplication(label, {}),
});
