import { namedClusters } from '../engine/placement.ts';
import { objectsFor } from '../engine/plan/objects.ts';
import { list } from '../judge/words.ts';
import { isServed, routesOf } from '../kube/simulated/ingress-routes.ts';
import { centresOf } from '../kube/topology.ts';
import { isWebDemo } from '../kube/web-demo-image.ts';
import { LabError } from '../lab/lab.ts';
import { isKnown, planOf } from './application.ts';
import { imagesIn } from './images.ts';
import type { Scenario } from './scenario.ts';

/** Found to be served: scenarios do not change, and many drills share one. */
const served = new WeakSet<Scenario>();

/**
 * @throws LabError when nobody can answer on the simulated lab: its pods run any image, and answer requests as one program
 * alone; its centres pass on what an Ingress is for.
 */
export function refuseUnserved(scenario: Scenario): void {
  if (served.has(scenario)) return;
  const { application, timeline } = scenario;
  const images = imagesIn([application.objects, timeline]);
  if (!images.some(image => isWebDemo(image))) refuseUnknown(images);
  refuseUnreached(scenario);
  served.add(scenario);
}

function refuseUnknown(images: readonly string[]): never {
  throw new LabError(
    `the simulated lab knows one program that answers requests, web-demo: no image of the application is called so ` +
      `(found ${images.length === 0 ? 'none' : list(images)}); docs/scenarios.md says how your own application is drilled`,
  );
}

function refuseUnreached({ application, topology, clients }: Scenario): void {
  const centres = namedClusters(centresOf(topology));
  const planned = planOf(application.objects, centres);
  if (!isKnown(planned)) return;
  for (const { name } of centres) {
    const ingresses = objectsFor(planned, name).filter(({ kind }) => kind === 'Ingress');
    if (routesOf(ingresses, [], []).find(clients.name, clients.path) !== undefined) continue;
    const hosts = ingresses.flatMap(ingress =>
      (ingress.spec?.['rules'] ?? []).flatMap(({ host = '*', http }: Rule) =>
        (http?.paths ?? []).map(({ path = '/' }) =>
          isServed(ingress) ? `${host}${path}` : `${host}${path} of a class other than nginx`,
        ),
      ),
    );
    throw new LabError(
      `clients ask for ${clients.name}${clients.path}, and no Ingress that the application has in ${name} is for that ` +
        `(found ${hosts.length === 0 ? 'none' : list(hosts)})`,
    );
  }
}

interface Rule {
  readonly host?: string;
  readonly http?: { readonly paths?: readonly { readonly path?: string }[] };
}
