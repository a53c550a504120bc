import * as z from 'zod';
import { faultKind } from './fault.ts';

export const hubDown = faultKind({
  kind: 'hub-down',
  says: 'the hub is gone, and the distribution engine with it',
  strikes: 'hub',
  needs: ['stop-hub'],
  schema: z.strictObject({}),
  inject: controls => controls.stopHub(),
  isInEffect: async controls => !(await controls.hubAnswers()),
  heal: controls => controls.startHub(),
});
