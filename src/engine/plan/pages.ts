import type { KubeObject } from '../../kube/objects.ts';
import { expectedObjects } from './objects.ts';
import type { Plan } from './plan.ts';

/** What a centre's web-demo will show. */
export interface ExpectedPage {
  readonly centre: string;
  /** ENV_NAME of the first Deployment that has one. */
  readonly env: string;
  /** config.json of the ConfigMap that the Deployment mounts. */
  readonly config: string;
}

const ENVIRONMENT = 'ENV_NAME';
const CONFIG = 'config.json';

/** The pages of all centres with a Deployment that shows one, in the order of the plan. */
export function expectedPages(plan: Plan): ExpectedPage[] {
  return [...expectedObjects(plan)].flatMap(([centre, objects]) => {
    for (const deployment of objects.filter(({ kind }) => kind === 'Deployment')) {
      const env = environmentOf(deployment);
      if (env !== undefined) return [{ centre, env, config: configOf(deployment, objects) }];
    }
    return [];
  });
}

function environmentOf(deployment: KubeObject): string | undefined {
  const containers: { env?: { name: string; value?: string }[] }[] =
    deployment.spec?.['template']?.spec?.containers ?? [];
  return containers.flatMap(({ env = [] }) => env).find(({ name }) => name === ENVIRONMENT)?.value;
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
