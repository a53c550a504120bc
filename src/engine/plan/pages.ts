import type { KubeObject } from '../../kube/objects.ts';
import { isWebDemo } from '../../kube/web-demo-image.ts';
import { expectedObjects } from './objects.ts';
import type { Plan } from './plan.ts';

/** What a centre's web-demo will show. */
export interface ExpectedPage {
  readonly centre: string;
  /** ENV_NAME of the Deployment's web-demo. */
  readonly env: string;
  /** config.json of the ConfigMap that the Deployment mounts. */
  readonly config: string;
}

interface Container {
  readonly image?: string;
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
}

const ENVIRONMENT = 'ENV_NAME';
const CONFIG = 'config.json';

/**
 * The pages of all centres, in the order of the plan: one for each Deployment of web-demo that shows another. By its
 * image, since others may have an ENV_NAME, too; by that alone only where no image is called so.
 */
export function expectedPages(plan: Plan): ExpectedPage[] {
  const centres = [...expectedObjects(plan)];
  const isNamed = centres.some(([, objects]) => objects.some(each => containersOf(each).some(showsPage)));
  return centres.flatMap(([centre, objects]) => {
    const pages = new Map<string, ExpectedPage>();
    for (const deployment of objects) {
      const containers = containersOf(deployment);
      const shown = isNamed ? containers.filter(showsPage) : containers.filter(hasEnvironment).slice(0, 1);
      const config = configOf(deployment, objects);
      for (const env of shown.flatMap(environmentOf))
        pages.set(JSON.stringify([env, config]), { centre, env, config });
    }
    return [...pages.values()];
  });
}

function containersOf({ kind, spec }: KubeObject): Container[] {
  return kind === 'Deployment' ? (spec?.['template']?.spec?.containers ?? []) : [];
}

const showsPage = ({ image }: Container) => isWebDemo(image);

const hasEnvironment = ({ env = [] }: Container) => env.some(({ name }) => name === ENVIRONMENT);

/** The last one counts, as for the kubelet; nothing where it comes from elsewhere. */
function environmentOf({ env = [] }: Container): string[] {
  const variable = env.findLast(({ name }) => name === ENVIRONMENT);
  return variable?.valueFrom === undefined ? [variable?.value ?? ''] : [];
}

function configOf(deployment: KubeObject, objects: readonly KubeObject[]): string {
  const volumes: { configMap?: { name: string } }[] = deployment.spec?.['template']?.spec?.volumes ?? [];
  const mounted = volumes.flatMap(({ configMap }) => configMap?.name ?? []);
  const maps = objects.filter(
    ({ kind, metadata }) =>
      kind === 'ConfigMap' &&
      metadata.namespace === deployment.metadata.namespace &&
      mounted.includes(metadata.name),
  );
  return maps.map(({ data }) => data?.[CONFIG]).find(text => text !== undefined) ?? '';
}
