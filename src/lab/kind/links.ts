import type { Controls } from '../../faults/fault.ts';
import type { Place } from '../../runtime/network.ts';
import { LabError } from '../lab.ts';
import { type Gateway, type Way, waysOf } from './gateway.ts';
import type { Toxic } from './toxiproxy.ts';

/** Shapes the links between centres and those who reach them through the gateways. */
export function linkControls(
  gateways: ReadonlyMap<string, Gateway>,
  ways: readonly Way[],
): Pick<Controls, 'shapeLink' | 'restoreLinks'> {
  return {
    async shapeLink(label, from, to, quality) {
      for (const { centre, stream, taken } of struck([...gateways.keys()], ways, from, to))
        await gateways.get(centre)?.shape(label, taken, stream, quality);
    },
    async restoreLinks(label) {
      await Promise.all([...gateways.values()].map(gateway => gateway.restore(label)));
    },
  };
}

interface Struck {
  readonly centre: string;
  readonly stream: Toxic['stream'];
  readonly taken: readonly Way[];
}

/** What one direction of a link means at the gateways. @throws LabError for a link that passes none. */
export function struck(
  centres: readonly string[],
  ways: readonly Way[],
  from: Place,
  to: Place,
): readonly Struck[] {
  const inward = between(centres, ways, from, to, 'upstream');
  const outward = between(centres, ways, to, from, 'downstream');
  if (inward.length + outward.length > 0) return [...inward, ...outward];
  const places = ways
    .map(way => way.place)
    .filter(place => waysOf(ways, '*').some(way => way.place === place));
  throw new LabError(
    `the kind lab cannot shape the link from ${from} to ${to}: ` +
      `it shapes those between a centre (${centres.join(', ')}) and ${places.join(', ')}`,
  );
}

function between(
  centres: readonly string[],
  ways: readonly Way[],
  outside: Place,
  inside: Place,
  stream: Toxic['stream'],
): Struck[] {
  const taken = waysOf(ways, outside);
  if (taken.length === 0) return [];
  return centres
    .filter(centre => inside === '*' || inside === centre)
    .map(centre => ({ centre, stream, taken }));
}
