import type { KubeClient } from '../../kube/client.ts';
import { readKubeconfig } from '../../kube/kubeconfig.ts';
import type { KubeObject, ObjectRef } from '../../kube/objects.ts';
import { LabError, StoppedError } from '../lab.ts';
import { type Cluster, client, type Workshop } from './clusters.ts';
import { HelmCli, type Release } from './helm-cli.ts';
import { through } from './kubeconfig.ts';
import { clusterName, KUBEVELA_IMAGES, KUBEVELA_VERSION } from './pins.ts';
import { kubeconfigFile } from './run-files.ts';
import { until } from './until.ts';

const READY_WITHIN_MS = 300_000;
const NAMESPACE = 'vela-system';
const RELEASE = 'kubevela';
const REPOSITORY = 'https://kubevela.github.io/charts';

const CONTROLLER: ObjectRef = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  namespace: NAMESPACE,
  name: `${RELEASE}-vela-core`,
};
const CONTROLLER_PODS = { namespace: NAMESPACE, labelSelector: 'app.kubernetes.io/name=vela-core' };
/** What a Secret must be labelled with to be a cluster of KubeVela's. */
const CREDENTIAL_TYPE = 'cluster.core.oam.dev/cluster-credential-type';
const CLUSTER_API = 'cluster.core.oam.dev/v1alpha1';

/** The article's references to objects by apiVersion and kind need it, and the chart has no value for it. */
const FEATURE_GATE = '--feature-gates=LegacyObjectTypeIdentifier=true';

const VALUES = {
  // The controller starts when the centres have joined, and what an earlier drill left is gone.
  replicaCount: 0,
  image: { tag: KUBEVELA_VERSION, pullPolicy: 'IfNotPresent' },
  // Two jobs and one more image only for certificates: the drill checks its manifests before it applies them.
  admissionWebhooks: { enabled: false },
  multicluster: { clusterGateway: { direct: false, secureTLS: { enabled: false } } },
  // The hub's node takes no pods but these, so that what the hub holds as data does not run there.
  tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' }],
};

/** The real KubeVela on the hub: the chart, the centres as its clusters, and the controller. */
export class KubeVela {
  /** Loaded into the hub. */
  readonly images: readonly string[] = KUBEVELA_IMAGES;
  readonly #helm: HelmCli;
  readonly #release: Release;

  private constructor(helm: HelmCli, release: Release) {
    this.#helm = helm;
    this.#release = release;
  }

  /** @throws LabError that says how to get what is missing. */
  static async find(signal?: AbortSignal): Promise<KubeVela> {
    const helm = await HelmCli.find(signal);
    const own = process.env['LIANGDI_KUBEVELA_CHART'];
    const published = ['vela-core', '--repo', REPOSITORY, '--version', KUBEVELA_VERSION.slice(1)];
    const release = { name: RELEASE, namespace: NAMESPACE, chart: own ? [own] : published, values: VALUES };
    await helm.show(release).catch((cause: Error) => {
      if (cause instanceof StoppedError) throw cause;
      throw new LabError(
        `KubeVela's chart cannot be had from ${own || REPOSITORY}. Say in LIANGDI_KUBEVELA_CHART where one of ` +
          `${KUBEVELA_VERSION} is: a folder or an archive on this machine, or an oci:// address\n${cause.message}`,
        { cause },
      );
    });
    return new KubeVela(helm, release);
  }

  /** Installs it in the hub. The controller rests: one of an earlier drill has ended when this is done. */
  async install({ kube, name }: Cluster, workshop: Workshop): Promise<void> {
    await workshop.kind.load(clusterName(name), this.images);
    await this.#helm.install(this.#release, kubeconfigFile(workshop.runFolder, name));
    await until("KubeVela's earlier controller does not end", bounds(workshop), async () => {
      const { items } = await kube.list({ apiVersion: 'v1', kind: 'Pod' }, CONTROLLER_PODS);
      return items.length === 0;
    });
  }

  /** Makes the centres its clusters and starts the controller. Each kubeconfig leads to its centre from the hub's pods. */
  async start(
    { kube, kubeconfig }: Cluster,
    centres: ReadonlyMap<string, string>,
    workshop: Workshop,
  ): Promise<void> {
    await until("KubeVela's cluster gateway does not serve", bounds(workshop), async () => {
      await kube.list({ apiVersion: CLUSTER_API, kind: 'ClusterGateway' });
      return true;
    });
    await leave(kube);
    for (const [name, way] of centres) await kube.create(clusterSecret(name, way));
    for (const name of centres.keys()) await this.#reaches(name, kubeconfig, workshop);
    await run(kube);
    await until("KubeVela's controller does not start", bounds(workshop), async () => {
      const { status } = await kube.get(CONTROLLER);
      return status?.['readyReplicas'] === 1;
    });
  }

  /** Asks a centre for something by the way that KubeVela's controller takes: hub, cluster gateway, centre. */
  async #reaches(name: string, hub: string, workshop: Workshop): Promise<void> {
    const { server } = readKubeconfig(hub);
    const centre = client(through(hub, `${server}/apis/${CLUSTER_API}/clustergateways/${name}/proxy`));
    try {
      await until(`KubeVela does not reach ${name}`, bounds(workshop), async () => {
        const { items } = await centre.list({ apiVersion: 'v1', kind: 'Namespace' });
        return items.length > 0;
      });
    } finally {
      centre.close();
    }
  }
}

/** Whether an earlier drill installed it to the end. */
export async function hasKubeVela(hub: KubeClient): Promise<boolean> {
  const labelSelector = `owner=helm,name=${RELEASE},status=deployed`;
  const { items } = await hub.list(
    { apiVersion: 'v1', kind: 'Secret' },
    { namespace: NAMESPACE, labelSelector },
  );
  return items.length > 0;
}

/** Takes all clusters away. */
async function leave(hub: KubeClient): Promise<void> {
  const secret = { apiVersion: 'v1', kind: 'Secret' };
  const { items } = await hub.list(secret, { namespace: NAMESPACE, labelSelector: CREDENTIAL_TYPE });
  for (const { metadata } of items)
    await hub.delete({ ...secret, namespace: NAMESPACE, name: metadata.name });
}

/**
 * What `vela cluster join` writes (kubevela v1.10.6, pkg/multicluster/cluster_management.go): written here, nobody needs
 * the vela command line, and the centre is joined under its own name by a way that faults can strike.
 */
export function clusterSecret(name: string, kubeconfig: string): KubeObject {
  const { config, server } = readKubeconfig(kubeconfig);
  const { caData } = config.getCurrentCluster() ?? {};
  const { certData, keyData } = config.getCurrentUser() ?? {};
  if (caData === undefined || certData === undefined || keyData === undefined)
    throw new LabError(`the kubeconfig of ${name} has no certificates: KubeVela cannot be told of it`);
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace: NAMESPACE, labels: { [CREDENTIAL_TYPE]: 'X509Certificate' } },
    type: 'Opaque',
    data: {
      endpoint: Buffer.from(server).toString('base64'),
      'ca.crt': caData,
      'tls.crt': certData,
      'tls.key': keyData,
    },
  };
}

async function run(hub: KubeClient): Promise<void> {
  const { spec } = await hub.get(CONTROLLER);
  const args: readonly string[] = spec?.['template'].spec.containers[0].args ?? [];
  await hub.patch(CONTROLLER, 'json', [
    {
      op: 'add',
      path: '/spec/template/spec/containers/0/args',
      value: [...args.filter(arg => arg !== FEATURE_GATE), FEATURE_GATE],
    },
    { op: 'add', path: '/spec/replicas', value: 1 },
  ]);
}

const bounds = ({ clock, signal }: Workshop) => ({ clock, signal, withinMs: READY_WITHIN_MS });
