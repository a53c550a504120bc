import * as z from 'zod';
import { vantagePlace } from '../runtime/network.ts';
import { faultKind } from './fault.ts';

export const vantageLoss = faultKind({
  kind: 'vantage-loss',
  says: 'a vantage point of the GTM loses its network: its health checks fail everywhere',
  strikes: 'vantage points',
  needs: ['shape-links'],
  stacks: true,
  schema: z.strictObject({}),
  async inject(controls, node, _params, label) {
    await controls.shapeLink(label, vantagePlace(node), '*', { cut: true });
    await controls.shapeLink(label, '*', vantagePlace(node), { cut: true });
  },
  isInEffect: () => Promise.resolve(true),
  heal: (controls, _node, _undo, label) => controls.restoreLinks(label),
});
