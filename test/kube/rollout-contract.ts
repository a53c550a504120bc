import { describe, expect, test } from 'vitest';
import type { KubeClient } from '../../src/kube/client.ts';
import { equal } from '../../src/kube/json.ts';
import { type Fields, type Kind, type KubeObject, refOf } from '../../src/kube/objects.ts';

/** What the controllers of every cluster make of a Deployment, whether they are simulated or real. */

export interface Stage {
  readonly client: KubeClient;
  /** Exists, and is this case's own. */
  readonly namespace: string;
  /** The cluster's time as its API writes it. */
  time(): string;
  sleep(ms: number): Promise<void>;
}

/** Makes a test of a case: brings its stage up and plays it. */
export type On = (play: (stage: Stage) => Promise<void>) => () => Promise<void>;

const DEPLOYMENT: Kind = { apiVersion: 'apps/v1', kind: 'Deployment' };
const REPLICA_SET: Kind = { apiVersion: 'apps/v1', kind: 'ReplicaSet' };
const POD: Kind = { apiVersion: 'v1', kind: 'Pod' };
const REVISION = 'deployment.kubernetes.io/revision';

export function rolloutContract(on: On): void {
  const deployed = (spec: Fields, play: (rollout: Rollout) => Promise<void>) =>
    on(async stage => {
      const rollout = new Rollout(stage);
      await rollout.create(spec);
      await play(rollout);
    });

  describe('a Deployment', () => {
    test(
      'rolls out, and back to the set of an earlier version; only a spec counts up its generation',
      deployed({ replicas: 2 }, async rollout => {
        await rollout.shows({ sets: ['1: 2, 0 available'], progress: 'True ReplicaSetUpdated' });
        await rollout.makeReady('1', 2);
        await rollout.shows({ sets: ['1: 2, 2 available'], progress: 'True NewReplicaSetAvailable' });
        for (const version of ['2', '1']) {
          const other = version === '1' ? '2' : '1';
          await rollout.change({ template: template(version) });
          await rollout.shows({ sets: [`${other}: 2, 2 available`, `${version}: 1, 0 available`] });
          await rollout.makeReady(version, 1);
          await rollout.shows({ sets: [`${other}: 1, 1 available`, `${version}: 2, 1 available`] });
          await rollout.makeReady(version, 2);
          await rollout.shows({
            sets: [`${other}: 0, 0 available`, `${version}: 2, 2 available`],
            progress: 'True NewReplicaSetAvailable',
          });
        }
        const { generation, annotations } = (await rollout.deployment()).metadata;
        expect({ generation, revision: annotations?.[REVISION] }).toEqual({ generation: 3, revision: '3' });
      }),
    );

    test(
      'that is paused is scaled all the same, and rolls nothing out',
      deployed({ replicas: 2 }, async rollout => {
        await rollout.makeReady('1', 2);
        await rollout.shows({ sets: ['1: 2, 2 available'], progress: 'True NewReplicaSetAvailable' });
        await rollout.change({ paused: true, replicas: 4, template: template('2') });
        await rollout.shows({ sets: ['1: 4, 2 available'], progress: 'Unknown DeploymentPaused' });
        await rollout.change({ replicas: 0 });
        await rollout.shows({ sets: ['1: 0, 0 available'], progress: 'Unknown DeploymentPaused' });
        await rollout.change({ replicas: 1, paused: false });
        await rollout.shows({ sets: ['1: 0, 0 available', '2: 1, 0 available'] });
      }),
    );

    test(
      'that is scaled in a rollout gives each version its share, and keeps what serves',
      deployed(
        { replicas: 10, strategy: { rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } },
        async rollout => {
          await rollout.makeReady('1', 10);
          await rollout.shows({ sets: ['1: 10, 10 available'] });
          await rollout.change({ template: template('2') });
          await rollout.shows({ sets: ['1: 8, 8 available', '2: 5, 0 available'] });
          await rollout.change({ replicas: 15 });
          await rollout.shows({ sets: ['1: 11, 8 available', '2: 7, 0 available'] });
          await rollout.makeReady('1', 11);
          await rollout.shows({
            sets: ['1: 11, 11 available', '2: 7, 0 available'],
            counts: { replicas: 18, availableReplicas: 11, unavailableReplicas: 7 },
          });
          await rollout.change({ replicas: 5 });
          await rollout.shows({ sets: ['1: 3, 3 available', '2: 5, 0 available'] });
        },
      ),
    );

    test(
      'that gets a new version and more replicas at once grows in the old one first',
      deployed({ replicas: 2 }, async rollout => {
        await rollout.makeReady('1', 2);
        await rollout.shows({ sets: ['1: 2, 2 available'] });
        await rollout.change({ replicas: 8, template: template('2') });
        await rollout.shows({ sets: ['1: 6, 2 available', '2: 4, 0 available'], counts: { replicas: 10 } });
        await rollout.makeReady('1', 6);
        await rollout.shows({ sets: ['1: 6, 6 available', '2: 4, 0 available'] });
      }),
    );

    test(
      'counts a pod as available when it has been ready for minReadySeconds',
      deployed({ replicas: 1, minReadySeconds: 3 }, async rollout => {
        await rollout.makeReady('1', 1);
        await rollout.shows({
          sets: ['1: 1, 0 available'],
          counts: { readyReplicas: 1, unavailableReplicas: 1 },
        });
        await rollout.shows({
          sets: ['1: 1, 1 available'],
          counts: { readyReplicas: 1, availableReplicas: 1 },
        });
      }),
    );

    test(
      'of type Recreate may miss no pod',
      deployed({ replicas: 4, strategy: { type: 'Recreate' } }, async rollout => {
        await rollout.makeReady('1', 3);
        await rollout.shows({ sets: ['1: 4, 3 available'], available: 'False MinimumReplicasUnavailable' });
        await rollout.makeReady('1', 4);
        await rollout.shows({ sets: ['1: 4, 4 available'], available: 'True MinimumReplicasAvailable' });
        await rollout.change({ template: template('2') });
        await rollout.shows({ sets: ['1: 0, 0 available', '2: 4, 0 available'] });
      }),
    );
  });
}

/** Of pods that find no node, so that nothing but the test says whether they are ready. */
function template(version: string): Fields {
  const containers = [{ name: 'a', image: 'web-demo:0.4.0', env: [{ name: 'VERSION', value: version }] }];
  return { metadata: { labels: { app: 'a' } }, spec: { nodeSelector: { disk: 'none' }, containers } };
}

function versionOf({ spec = {} }: Fields): string {
  return spec['containers'][0].env[0].value;
}

/** What is to be seen at last; what is left out may be anything. */
interface Picture {
  /** ReplicaSets in the order of their revisions: `version: replicas, so many available`. */
  readonly sets: readonly string[];
  readonly progress?: string;
  readonly available?: string;
  /** Of the Deployment's status. */
  readonly counts?: Readonly<Record<string, number>>;
}

class Rollout {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  async create(spec: Fields): Promise<void> {
    const { client, namespace } = this.#stage;
    await client.create({
      ...DEPLOYMENT,
      metadata: { namespace, name: 'a' },
      spec: { selector: { matchLabels: { app: 'a' } }, template: template('1'), ...spec },
    });
  }

  deployment(): Promise<KubeObject> {
    const { client, namespace } = this.#stage;
    return client.get({ ...DEPLOYMENT, namespace, name: 'a' });
  }

  async change(spec: Fields): Promise<void> {
    const { client, namespace } = this.#stage;
    await client.patch({ ...DEPLOYMENT, namespace, name: 'a' }, 'strategic', { spec });
  }

  /** Lets so many pods of the version be ready, once they are there. */
  async makeReady(version: string, count: number): Promise<void> {
    const { client, namespace } = this.#stage;
    const pods = await this.#until(
      async () => (await client.list(POD, { namespace })).items.filter(pod => versionOf(pod) === version),
      found => found.length >= count,
      found => expect(found).toHaveLength(count),
    );
    const condition = { type: 'Ready', status: 'True', lastTransitionTime: this.#stage.time() };
    const [ready, waiting] = [true, false].map(is => pods.filter(pod => isReady(pod) === is)) as [
      KubeObject[],
      KubeObject[],
    ];
    for (const pod of waiting.slice(0, count - ready.length)) {
      const status = { phase: 'Running', conditions: [condition] };
      await client.patch(refOf(pod), 'strategic', { status }, 'status');
    }
  }

  async shows(picture: Picture): Promise<void> {
    await this.#until(
      () => this.#picture(picture),
      seen => equal(seen, picture),
      seen => expect(seen).toEqual(picture),
    );
  }

  async #picture(of: Picture): Promise<Picture> {
    const { client, namespace } = this.#stage;
    const { metadata, status = {} } = await this.deployment();
    const condition = (type: string): string => {
      const found: Fields = (status['conditions'] ?? []).find((one: Fields) => one['type'] === type) ?? {};
      return `${found['status']} ${found['reason']}`;
    };
    const sets = (await client.list(REPLICA_SET, { namespace })).items;
    const revision = (set: KubeObject) => Number(set.metadata.annotations?.[REVISION]);
    sets.sort((a, b) => revision(a) - revision(b));
    const told = sets.map(set => {
      const version = versionOf(set.spec?.['template']);
      return `${version}: ${set.spec?.['replicas']}, ${set.status?.['availableReplicas'] ?? 0} available`;
    });
    return {
      sets: status['observedGeneration'] === metadata.generation ? told : [...told, 'not seen yet'],
      ...(of.progress !== undefined && { progress: condition('Progressing') }),
      ...(of.available !== undefined && { available: condition('Available') }),
      ...(of.counts !== undefined && {
        counts: Object.fromEntries(Object.keys(of.counts).map(count => [count, status[count] ?? 0])),
      }),
    };
  }

  /** Looks until what is seen will do; after 20 s `complain` says what it was. */
  async #until<T>(
    look: () => Promise<T>,
    done: (seen: T) => boolean,
    complain: (seen: T) => void,
  ): Promise<T> {
    let seen = await look();
    for (let looks = 0; looks < 200 && !done(seen); looks++) {
      await this.#stage.sleep(100);
      seen = await look();
    }
    if (!done(seen)) complain(seen);
    return seen;
  }
}

function isReady(pod: KubeObject): boolean {
  const conditions: Fields[] = pod.status?.['conditions'] ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
