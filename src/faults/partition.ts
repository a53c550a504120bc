import * as z from 'zod';
import { faultKind } from './fault.ts';
import { isFromClients, linkFields, shapeLinks } from './links.ts';

export const partition = faultKind({
  kind: 'partition',
  says: 'nothing gets through between the centre and some places, in one direction or both',
  strikes: 'centres',
  needs: ['shape-links'],
  stacks: true,
  schema: z.strictObject({ ...linkFields }),
  meetsClients: ({ from }, population) => isFromClients(from, population),
  inject: (controls, centre, params, label) => shapeLinks(controls, label, centre, params, { cut: true }),
  isInEffect: () => Promise.resolve(true),
  heal: (controls, _centre, _undo, label) => controls.restoreLinks(label),
});
