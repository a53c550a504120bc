import { existsSync } from 'node:fs';
import {
  type ControllerOptions,
  type EngineEvent,
  startController,
} from '../../../src/engine/controller/controller.ts';
import { type ApplicationStatus, statusOf } from '../../../src/engine/controller/status.ts';
import { applyManifests } from '../../../src/engine/kubectl/apply.ts';
import { parseManifests, replacePlaceholders } from '../../../src/engine/manifests.ts';
import { APPLICATION } from '../../../src/engine/model.ts';
import type { KubeClient } from '../../../src/kube/client.ts';
import type { KubeObject } from '../../../src/kube/objects.ts';
import { ApiServer } from '../../../src/kube/simulated/api-server.ts';
import { simulatedClient } from '../../../src/kube/simulated/client.ts';
import { simulatedNetwork } from '../../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';
import { readText } from '../../../src/runtime/yaml.ts';

export const CENTRES = ['cluster1-beijing', 'cluster2-beijing', 'cluster1-hangzhou'];
export const APP = { ...APPLICATION, namespace: 'demo', name: 'web-demo' };
export const DEPLOYMENT = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'demo', name: 'web-demo' };
export const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'demo', name: 'web-demo' };

const KINDS = [
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
  { apiVersion: 'v1', kind: 'Service' },
];

/** The shipped manifests, or the article's own where they are there. */
export function manifests(folder = 'clusters/web-demo'): readonly KubeObject[] {
  const files = ['app-meta.yaml', 'app.yaml'].map(file => `${folder}/${file}`);
  const objects = files.flatMap(file => parseManifests(readText(file), file));
  return replacePlaceholders(objects, CENTRES);
}

export const ARTICLE = '../shared/seed';
export const hasArticle = existsSync(`${ARTICLE}/app.yaml`);

/**
 * A hub and three centres whose Deployments become ready `readyMs` after they were written. `use` wraps the client of
 * an engine for one cluster.
 */
export class Fleet {
  readonly clock = new VirtualClock({ maxTime: 24 * 3_600_000 });
  readonly events: EngineEvent[] = [];
  readonly #network = simulatedNetwork(this.clock, seededRandom(1));
  readonly #servers = new Map<string, ApiServer>();
  readonly #unreachable = new Set<string>();
  readyMs: number | undefined = 3000;

  constructor() {
    for (const name of ['hub', ...CENTRES]) {
      const server = new ApiServer(this.clock, name);
      server.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
      if (name !== 'hub')
        server.subscribe({ apiVersion: 'apps/v1', kind: 'Deployment' }, ({ type, object }) => {
          if (type !== 'DELETED') this.#makeReady(server, object);
        });
      this.#servers.set(name, server);
    }
  }

  server(name: string): ApiServer {
    const server = this.#servers.get(name);
    if (server === undefined) throw new Error(`no cluster ${name}`);
    return server;
  }

  client(name: string): KubeClient {
    return simulatedClient({
      api: () => (this.#unreachable.has(name) ? undefined : this.server(name)),
      network: this.#network,
      from: 'test',
      to: name,
      timeoutMs: 5000,
    });
  }

  lose(name: string): void {
    this.#unreachable.add(name);
  }

  regain(name: string): void {
    this.#unreachable.delete(name);
  }

  /** Starts an engine on this fleet. */
  engine(
    options: Partial<ControllerOptions> = {},
    use: (client: KubeClient, cluster: string) => KubeClient = client => client,
  ): { stop(): void } {
    return startController({
      clock: this.clock,
      hub: use(this.client('hub'), 'hub'),
      clusters: CENTRES.map(name => ({ name, client: use(this.client(name), name) })),
      onEvent: event => this.events.push(event),
      ...options,
    });
  }

  async apply(objects: readonly KubeObject[] = manifests()): Promise<void> {
    await applyManifests(this.client('hub'), objects);
  }

  /** The Application's status as it is now. */
  get status(): ApplicationStatus {
    const application = this.server('hub').get(APP);
    return application === undefined ? {} : statusOf(application);
  }

  /** `<step> <phase>` of the steps that have begun. */
  get steps(): string[] {
    return (this.status.workflow?.steps ?? []).map(
      ({ name, phase }) => `${name.replace('deploy-', '')} ${phase}`,
    );
  }

  /** Waits, in virtual time, until the Application is in this phase. */
  async until(phase: string, withinMs = 3_600_000): Promise<void> {
    await this.untilSo(
      () => (this.status.status ?? '') === phase,
      withinMs,
      () => `phase ${phase}, not ${this.status.status}`,
    );
  }

  async untilSo(
    condition: () => boolean,
    withinMs = 3_600_000,
    what: () => string = () => String(condition),
  ): Promise<void> {
    const end = this.clock.now() + withinMs;
    while (!condition()) {
      if (this.clock.now() > end) throw new Error(`waited ${withinMs} ms for ${what()}`);
      await this.clock.sleep(100);
    }
  }

  /** The application's objects in a centre: `Deployment web-demo`, … */
  objects(centre: string): KubeObject[] {
    return KINDS.flatMap(kind => this.server(centre).list(kind, { namespace: 'demo' }));
  }

  names(centre: string): string[] {
    return this.objects(centre).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  }

  deployment(centre: string): KubeObject {
    const found = this.server(centre).get(DEPLOYMENT);
    if (found === undefined) throw new Error(`no Deployment in ${centre}`);
    return found;
  }

  /** ENV_NAME, replicas and config.json of a centre. */
  shows(centre: string): { env: string; replicas: number; config: string } {
    const { spec } = this.deployment(centre);
    const env = spec?.['template'].spec.containers[0].env[0].value;
    const config = this.server(centre).get(CONFIG_MAP)?.data?.['config.json'] ?? '';
    return { env, replicas: spec?.['replicas'], config };
  }

  /** Writes of engines to clusters: `create cluster1-beijing Deployment`. */
  get writes(): string[] {
    return this.events.flatMap(event =>
      event.kind === 'write' ? `${event.verb} ${event.cluster} ${event.object.kind}` : [],
    );
  }

  /** Runs a test in virtual time. */
  run(test: () => Promise<void>): Promise<void> {
    return this.clock.run(test);
  }

  #makeReady(server: ApiServer, { metadata, spec }: KubeObject): void {
    const { generation } = metadata;
    const current = server.get(DEPLOYMENT);
    if (this.readyMs === undefined || current?.status?.['observedGeneration'] === generation) return;
    this.clock.after(this.readyMs, () => {
      const live = server.get(DEPLOYMENT);
      if (live === undefined || live.metadata.generation !== generation) return;
      const replicas = spec?.['replicas'];
      const status = {
        observedGeneration: generation,
        replicas,
        updatedReplicas: replicas,
        readyReplicas: replicas,
        availableReplicas: replicas,
      };
      server.update({ ...live, status }, 'status');
    });
  }
}

/** Objects with these fields changed: `edit(objects, 'ConfigMap', object => …)`. */
export function edit(
  objects: readonly KubeObject[],
  kind: string,
  change: (object: KubeObject) => KubeObject,
): KubeObject[] {
  return objects.map(object => (object.kind === kind ? change(object) : object));
}

export function published(objects: readonly KubeObject[], version: string): KubeObject[] {
  return edit(objects, 'Application', object => ({
    ...object,
    metadata: {
      ...object.metadata,
      annotations: { ...object.metadata.annotations, 'app.oam.dev/publishVersion': version },
    },
  }));
}
