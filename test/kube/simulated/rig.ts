import type { KubeObject } from '../../../src/kube/objects.ts';
import { SimulatedCluster } from '../../../src/kube/simulated/cluster.ts';
import { DEPLOYMENT, POD } from '../../../src/kube/simulated/objects.ts';
import type { HttpOutcome, SimulatedNetwork } from '../../../src/runtime/network.ts';
import { simulatedNetwork } from '../../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../../src/runtime/virtual-clock.ts';

export const ADDRESS = '192.0.2.11';
export const HOST = 'web-demo.example.com';
const labels = { app: 'web-demo' };
const metadata = { name: 'web-demo', namespace: 'demo', labels };

/** The article's application. */
export const deployment: KubeObject = {
  ...DEPLOYMENT,
  metadata,
  spec: {
    replicas: 5,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        containers: [
          {
            name: 'web-demo',
            image: 'registry.example.com/web-demo:0.4.0',
            env: [{ name: 'ENV_NAME', value: 'cluster1-beijing' }],
            volumeMounts: [{ name: 'config-file', mountPath: '/config-file', readOnly: true }],
          },
        ],
        volumes: [
          {
            name: 'config-file',
            configMap: { name: 'web-demo', items: [{ key: 'config.json', path: 'config.json' }] },
          },
        ],
      },
    },
  },
};

export const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec: { selector: labels, ports: [{ protocol: 'TCP', port: 80, targetPort: 8080 }] },
};

export const ingress: KubeObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata,
  spec: {
    rules: [
      {
        host: HOST,
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'web-demo', port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
};

export const configMap: KubeObject = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  data: { 'config.json': '{\n  database-host: "beijing-db.pg.aliyun.com"\n}\n' },
};

export const PAGE =
  'This is env cluster1-beijing !\nConfig file is {\n  database-host: "beijing-db.pg.aliyun.com"\n}\n';

export interface Sample {
  readonly sent: number;
  /** HTTP status, or the failure; empty while there is none. */
  result: number | string;
}

/** A cluster, a network to it, and what a test does with them. */
export class Rig {
  readonly clock: VirtualClock;
  readonly network: SimulatedNetwork;
  readonly cluster: SimulatedCluster;

  constructor(clock: VirtualClock, seed: number) {
    this.clock = clock;
    const random = seededRandom(seed);
    this.network = simulatedNetwork(clock, random);
    this.network.rule('*', '*', { latencyMs: 5 });
    this.cluster = new SimulatedCluster({
      name: 'cluster1-beijing',
      address: ADDRESS,
      nodes: 3,
      clock,
      random,
      network: this.network,
      pod: { inService: 4, serviceTimeMs: 160, queue: 32 },
    });
  }

  get api() {
    return this.cluster.api;
  }

  ready(): Promise<void> {
    return new Promise(resolve => this.cluster.whenReady(resolve));
  }

  async boot(): Promise<void> {
    this.cluster.boot();
    await this.ready();
    this.api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
  }

  /** Boots and brings the article's application up, with so many replicas. */
  async deploy(replicas = 5): Promise<void> {
    await this.boot();
    const sized = { ...deployment, spec: { ...deployment.spec, replicas } };
    for (const object of [sized, service, ingress, configMap]) this.api.create(object);
    await this.clock.sleep(20_000);
  }

  get deployment(): KubeObject {
    return this.current(deployment);
  }

  current(object: KubeObject): KubeObject {
    const { apiVersion, kind } = object;
    const found = this.api.get({ apiVersion, kind, namespace: 'demo', name: object.metadata.name });
    if (found === undefined) throw new Error(`no ${kind} ${object.metadata.name}`);
    return found;
  }

  get pods(): readonly KubeObject[] {
    return this.api.list(POD, { namespace: 'demo' });
  }

  scale(replicas: number): void {
    this.api.patch({ ...DEPLOYMENT, namespace: 'demo', name: 'web-demo' }, 'merge', { spec: { replicas } });
  }

  setEnvironment(value: string): void {
    const patch = {
      spec: {
        template: { spec: { containers: [{ name: 'web-demo', env: [{ name: 'ENV_NAME', value }] }] } },
      },
    };
    this.api.patch({ ...DEPLOYMENT, namespace: 'demo', name: 'web-demo' }, 'strategic', patch);
  }

  ask(timeoutMs = 2000, port = 80): Promise<HttpOutcome> {
    const request = { from: 'clients/a', address: ADDRESS, port, host: HOST, path: '/', timeoutMs };
    return new Promise(resolve => this.network.http(request, resolve));
  }

  async result(timeoutMs?: number): Promise<number | string> {
    const { response, failure } = await this.ask(timeoutMs);
    return response?.status ?? failure ?? '';
  }

  async page(): Promise<string | undefined> {
    return (await this.ask()).response?.body;
  }

  /** Sends a request every `every` ms until the returned function is called: what came of each, in the order sent. */
  traffic(every: number, timeoutMs = 2000): () => Sample[] {
    const samples: Sample[] = [];
    let going = true;
    const send = (): void => {
      if (!going) return;
      const sample: Sample = { sent: this.clock.now(), result: '' };
      samples.push(sample);
      this.result(timeoutMs).then(result => {
        sample.result = result;
      });
      this.clock.after(every, send);
    };
    send();
    return () => {
      going = false;
      return samples.filter(({ result }) => result !== '');
    };
  }
}

/** Runs a test in virtual time. */
export function inCluster<T>(body: (rig: Rig) => Promise<T>, seed = 1): () => Promise<T> {
  return () => {
    const clock = new VirtualClock();
    return clock.run(() => body(new Rig(clock, seed)));
  };
}

/** Consecutive equal results as one: what a client saw, in order. */
export function phases(samples: readonly Sample[]): (number | string)[] {
  return samples.map(({ result }) => result).filter((result, index, all) => result !== all[index - 1]);
}

export function count(samples: readonly Sample[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { result } of samples) counts[result] = (counts[result] ?? 0) + 1;
  return counts;
}

/** Whether a Deployment is the one of this name. */
export const named =
  (namespace: string, name: string) =>
  ({ metadata }: KubeObject): boolean =>
    metadata.namespace === namespace && metadata.name === name;
