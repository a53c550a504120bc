import { type CommandOptions, command, findTool, type Tool } from './command.ts';

const INSTALL_WITHIN_MS = 5 * 60_000;
const ASK_WITHIN_MS = 60_000;

const HELM: Tool = {
  program: 'helm',
  variable: 'LIANGDI_HELM',
  need: 'the engine kubevela is installed by the Helm command line',
  source: 'https://helm.sh (`go install helm.sh/helm/v3/cmd/helm@v3.19.0`, `brew install helm`)',
};

/** What a chart is installed as. */
export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** The chart and where it comes from, as Helm's arguments: a path, or a name with `--repo` and `--version`. */
  readonly chart: readonly string[];
  readonly values: object;
}

/** The Helm command line. */
export class HelmCli {
  readonly #program: string;
  readonly #signal: AbortSignal | undefined;

  private constructor(program: string, signal: AbortSignal | undefined) {
    this.#program = program;
    this.#signal = signal;
  }

  /** @throws LabError that says how to get it. */
  static async find(signal?: AbortSignal): Promise<HelmCli> {
    return new HelmCli(await findTool(HELM, signal), signal);
  }

  /** @throws LabError when the chart cannot be had. */
  async show({ chart }: Pick<Release, 'chart'>): Promise<void> {
    await this.#run(['show', 'chart', ...chart], { timeoutMs: ASK_WITHIN_MS });
  }

  /** Installs a release in the cluster of a kubeconfig, or brings the one that is there to these values. */
  async install({ name, namespace, chart, values }: Release, kubeconfig: string): Promise<void> {
    const where = ['--namespace', namespace, '--create-namespace', '--kubeconfig', kubeconfig];
    await this.#run(['upgrade', '--install', name, ...chart, ...where, '--values', '-'], {
      timeoutMs: INSTALL_WITHIN_MS,
      input: JSON.stringify(values),
    });
  }

  #run(args: readonly string[], options: CommandOptions): Promise<string> {
    return command(this.#program, args, { ...options, env: noOtherCluster(), signal: this.#signal });
  }
}

/** Variables such as HELM_KUBEAPISERVER would lead into a cluster that the kubeconfig does not mean. */
function noOtherCluster(): Record<string, string> {
  const own = Object.keys(process.env).filter(name => name.startsWith('HELM_KUBE'));
  return Object.fromEntries(own.map(name => [name, '']));
}
