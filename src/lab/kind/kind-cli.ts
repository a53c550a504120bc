import { type CommandOptions, command, findTool, type Tool } from './command.ts';
import { NETWORK, NODE_IMAGE } from './pins.ts';

/** Creating four clusters at once on two cores takes about a minute; on a busy machine several. */
const CREATE_WITHIN_MS = 10 * 60_000;
const LOAD_WITHIN_MS = 5 * 60_000;
const ASK_WITHIN_MS = 60_000;

const KIND: Tool = {
  program: 'kind',
  variable: 'LIANGDI_KIND',
  need: 'the kind lab needs the kind command line',
  source: 'https://kind.sigs.k8s.io (`go install sigs.k8s.io/kind@v0.30.0`, `brew install kind`)',
};

/** The API listens on loopback, on a port that Docker keeps over restarts. Addresses beside it: of its certificate. */
function clusterOf(addresses: readonly string[]): object {
  const settings = { kind: 'ClusterConfiguration', apiServer: { certSANs: ['127.0.0.1', ...addresses] } };
  return {
    kind: 'Cluster',
    apiVersion: 'kind.x-k8s.io/v1alpha4',
    networking: { apiServerAddress: '127.0.0.1' },
    nodes: [{ role: 'control-plane' }],
    ...(addresses.length === 0 ? {} : { kubeadmConfigPatches: [JSON.stringify(settings)] }),
  };
}

/** The kind command line. */
export class KindCli {
  readonly #program: string;
  readonly #signal: AbortSignal | undefined;

  private constructor(program: string, signal: AbortSignal | undefined) {
    this.#program = program;
    this.#signal = signal;
  }

  /** @throws LabError that says how to get it. */
  static async find(signal?: AbortSignal): Promise<KindCli> {
    return new KindCli(await findTool(KIND, signal), signal);
  }

  /** Its API can be reached at these addresses, too. */
  async create(cluster: string, kubeconfig: string, addresses: readonly string[]): Promise<void> {
    const args = ['create', 'cluster', '--name', cluster, '--image', NODE_IMAGE];
    await this.#run([...args, '--kubeconfig', kubeconfig, '--config', '-'], {
      timeoutMs: CREATE_WITHIN_MS,
      input: JSON.stringify(clusterOf(addresses)),
    });
  }

  /** For this machine (127.0.0.1). */
  kubeconfig(cluster: string): Promise<string> {
    return this.#run(['get', 'kubeconfig', '--name', cluster], { timeoutMs: ASK_WITHIN_MS });
  }

  /** Images that the node has already are not loaded again. */
  async load(cluster: string, images: readonly string[]): Promise<void> {
    await this.#run(['load', 'docker-image', ...images, '--name', cluster], { timeoutMs: LOAD_WITHIN_MS });
  }

  #run(args: readonly string[], options: CommandOptions): Promise<string> {
    const env = { KIND_EXPERIMENTAL_DOCKER_NETWORK: NETWORK };
    return command(this.#program, args, { ...options, env, signal: this.#signal });
  }
}
