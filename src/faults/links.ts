import * as z from 'zod';
import type { LinkQuality, Place } from '../runtime/network.ts';
import type { Controls } from './fault.ts';

/** The other end of a struck link: who cannot reach the centre as before. Which places there are, the scenario knows. */
const end = z.string();

/** Which links of a centre are struck, and in which direction seen from the other end. */
export const linkFields = {
  from: z.union([end.transform(place => [place]), z.array(end).min(1)]).default(['*']),
  direction: z.enum(['both', 'to-centre', 'from-centre']).default('both'),
};

/** Whether the population's requests go over one of the struck links. */
export function isFromClients(from: readonly Place[], population: string): boolean {
  return ['*', 'clients', `clients/${population}`].some(place => from.includes(place));
}

export async function shapeLinks(
  controls: Controls,
  label: string,
  centre: Place,
  params: { from: Place[]; direction: 'both' | 'to-centre' | 'from-centre' },
  quality: LinkQuality,
): Promise<void> {
  for (const other of params.from) {
    if (params.direction !== 'from-centre') await controls.shapeLink(label, other, centre, quality);
    if (params.direction !== 'to-centre') await controls.shapeLink(label, centre, other, quality);
  }
}
