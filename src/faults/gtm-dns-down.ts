import * as z from 'zod';
import { faultKind } from './fault.ts';

export const gtmDnsDown = faultKind({
  kind: 'gtm-dns-down',
  says: "the GTM's name servers do not answer",
  strikes: 'gtm',
  needs: ['stop-gtm-dns'],
  schema: z.strictObject({}),
  inject: controls => controls.stopGtmDns(),
  isInEffect: async controls => !(await controls.gtmDnsAnswers()),
  heal: controls => controls.startGtmDns(),
});
