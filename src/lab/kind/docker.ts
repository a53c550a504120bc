import type { ContainerRuntimeClient } from 'testcontainers';
import { ApiError } from '../../kube/client.ts';
import { LabError } from '../lab.ts';
import { KIND_LABEL, LABEL, NETWORK, PREFIX } from './pins.ts';

type Dockerode = ContainerRuntimeClient['container']['dockerode'];
type ContainerInfo = Awaited<ReturnType<Dockerode['listContainers']>>[number];
export type Container = ReturnType<ContainerRuntimeClient['container']['getById']>;

export interface OwnContainer {
  readonly id: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** A call that takes longer hangs: the longest, the orderly stop of a container, has Docker's ten seconds. */
const CALL_TIMEOUT_MS = 120_000;

/** What the engine said no to (`statusCode`), or that it does not answer. */
export class DockerError extends LabError {
  readonly statusCode: number | undefined;

  constructor(cause: Error & { statusCode?: number; json?: { message?: string } | null }) {
    const { statusCode, json, message } = cause;
    super(
      statusCode === undefined
        ? `Docker does not answer (${message}). What the lab made may still be there: ` +
            'when Docker is back, `liangdi down` removes it'
        : `Docker: ${json?.message ?? message}`,
      { cause },
    );
    this.statusCode = statusCode;
  }
}

const NOT_ENTERED = 'OCI runtime exec failed';
const EXEC_ATTEMPTS = 5;

/** The Docker engine, as far as the lab uses it. */
export class Docker {
  readonly #client: ContainerRuntimeClient;

  private constructor(client: ContainerRuntimeClient) {
    this.#client = client;
  }

  /** @throws LabError when no engine answers. */
  static async connect(): Promise<Docker> {
    // The lab removes what it made by itself, and what is kept must outlive this process: no reaper.
    process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
    const { getContainerRuntimeClient } = await import('testcontainers');
    const named = process.env['DOCKER_HOST'];
    try {
      const client = await getContainerRuntimeClient();
      const { dockerode } = client.container;
      // testcontainers would go on with another engine than the one that is named, and kind with none.
      if (named && !isAt(dockerode, named)) throw new Error(`no engine answers at ${named}`);
      tellFailures(dockerode);
      return new Docker(client);
    } catch (cause) {
      const where = named ? ` at ${named}, as DOCKER_HOST says` : '';
      throw new LabError(
        `the kind lab needs Docker, and no engine answers${where}. Start it (\`docker info\` says whether it runs), ` +
          'or use --lab simulated',
        { cause },
      );
    }
  }

  get api(): Dockerode {
    return this.#client.container.dockerode;
  }

  async hasImage(image: string): Promise<boolean> {
    return await this.api
      .getImage(image)
      .inspect()
      .then(() => true, missing);
  }

  /** @throws LabError when the registry cannot be reached or does not have it. */
  async pull(image: string): Promise<void> {
    try {
      const progress = await this.api.pull(image);
      await new Promise<void>((resolve, reject) =>
        this.api.modem.followProgress(progress, error => (error ? reject(error) : resolve())),
      );
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new LabError(`the image ${image} is not on this machine and could not be pulled: ${why}`, {
        cause,
      });
    }
  }

  container(name: string): Container {
    return this.api.getContainer(name);
  }

  /** `running`, `paused`, `exited`, …; undefined when there is no such container. */
  async statusOf(name: string): Promise<string | undefined> {
    try {
      return (await this.container(name).inspect()).State.Status;
    } catch (error) {
      missing(error);
      return undefined;
    }
  }

  /** The container's address on the lab's network. */
  async addressOf(name: string): Promise<string> {
    const { NetworkSettings } = await this.container(name).inspect();
    const address = NetworkSettings.Networks[NETWORK]?.IPAddress;
    if (!address) throw new LabError(`the container ${name} has no address on the network ${NETWORK}`);
    return address;
  }

  /**
   * Runs a program inside a container and returns what it printed.
   *
   * @throws LabError when it fails; ApiError (`Unreachable`) when the container does not run now.
   */
  async exec(name: string, args: readonly string[]): Promise<string> {
    for (let attempt = 1; ; attempt += 1) {
      const { output, exitCode } = await this.#client.container
        .exec(this.container(name), [...args])
        .catch((error: unknown) => {
          if (statusCodeOf(error) !== 409) throw error;
          throw new ApiError('Unreachable', 0, (error as Error).message);
        });
      if (exitCode === 0) return output;
      // The engine sometimes fails to enter a container that has just started or is busy: nothing ran then.
      if (output.includes(NOT_ENTERED) && attempt < EXEC_ATTEMPTS) continue;
      throw new LabError(`${args.join(' ')} in ${name} failed (${exitCode}): ${output.trim()}`);
    }
  }

  /** Every container of the lab, whatever its state. */
  async ownContainers(): Promise<OwnContainer[]> {
    const all = await this.api.listContainers({ all: true });
    return all
      .filter(container => container.Labels[LABEL] !== undefined || isOwnNode(container))
      .map(({ Id, Names, Labels }) => ({
        id: Id,
        name: (Names[0] ?? Id).replace(/^\//, ''),
        labels: Labels,
      }));
  }

  /** Removes a container with its anonymous volumes; one that is gone already is fine. */
  async remove(name: string): Promise<void> {
    await this.container(name)
      .remove({ force: true, v: true })
      .catch((error: unknown) => {
        // "already in progress": somebody else removes it.
        if (statusCodeOf(error) !== 409) missing(error);
      });
  }

  /** Makes the lab's network unless it is there; returns its range in CIDR notation. */
  async ensureNetwork(): Promise<string> {
    if ((await this.#networks()).length > 0) return await this.range();
    // Addresses can be chosen only in a range that was chosen: Docker finds a free one, and it is taken again by name.
    await this.#createNetwork();
    const Subnet = await this.range();
    await this.removeNetwork();
    await this.#createNetwork({ Config: [{ Subnet }] });
    return Subnet;
  }

  async #createNetwork(IPAM?: { Config: { Subnet: string }[] }): Promise<void> {
    await this.api.createNetwork({
      Name: NETWORK,
      CheckDuplicate: true,
      Driver: 'bridge',
      Labels: { [LABEL]: 'kind' },
      Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'true' },
      ...(IPAM === undefined ? {} : { IPAM }),
    });
  }

  /** Of the lab's network, in CIDR notation. */
  async range(): Promise<string> {
    const { IPAM } = await this.api.getNetwork(NETWORK).inspect();
    const subnet = IPAM?.Config?.map(config => config.Subnet).find(range => range?.includes('.'));
    if (subnet === undefined) throw new LabError(`the Docker network ${NETWORK} has no IPv4 range`);
    return subnet;
  }

  /** Takes a container off the lab's network; one that is off already is fine. */
  async disconnect(name: string): Promise<void> {
    if (await this.isConnected(name))
      await this.api.getNetwork(NETWORK).disconnect({ Container: name, Force: true });
  }

  /** Puts it back, at an address that is free when none is given. A stopped one gets it when it starts. */
  async connect(name: string, address?: string): Promise<void> {
    const chosen = address === undefined ? {} : { EndpointConfig: { IPAMConfig: { IPv4Address: address } } };
    await this.api.getNetwork(NETWORK).connect({ Container: name, ...chosen });
  }

  async isConnected(name: string): Promise<boolean> {
    const { NetworkSettings } = await this.container(name).inspect();
    return NetworkSettings.Networks[NETWORK] !== undefined;
  }

  async removeNetwork(): Promise<void> {
    for (const { Id } of await this.#networks()) await this.api.getNetwork(Id).remove().catch(missing);
  }

  /** Docker's filter matches parts of names. */
  async #networks() {
    const found = await this.api.listNetworks({ filters: { name: [NETWORK] } });
    return found.filter(network => network.Name === NETWORK);
  }
}

function isAt({ modem }: Dockerode, dockerHost: string): boolean {
  const { pathname, hostname } = new URL(dockerHost);
  const at = modem as { socketPath?: string; host?: string };
  return hostname === '' ? at.socketPath === pathname : at.host === hostname;
}

/** Every call passes the modem's `dial`. The same modem comes again in one process. */
function tellFailures({ modem }: Dockerode): void {
  type Callback = (error: Error | null, answer: unknown) => void;
  // Its types do not know the field.
  Object.assign(modem, { timeout: CALL_TIMEOUT_MS });
  const dial = modem.dial.bind(modem) as (options: unknown, callback: Callback) => void;
  modem.dial = (options: unknown, callback: Callback) =>
    dial(options, (error, answer) => callback(toldBy(error), answer));
}

const toldBy = (error: Error | null) =>
  error === null || error instanceof DockerError ? error : new DockerError(error);

/** A kind cluster that somebody named as ours is on another network. */
function isOwnNode({ Labels, NetworkSettings }: ContainerInfo): boolean {
  return (
    Boolean(Labels[KIND_LABEL]?.startsWith(PREFIX)) && NetworkSettings?.Networks?.[NETWORK] !== undefined
  );
}

/** False for what is not there; anything else is thrown on. */
function missing(error: unknown): false {
  if (statusCodeOf(error) === 404) return false;
  throw error;
}

/** Docker says 304 to what is done already, such as stopping a stopped container. */
export function unlessDone(error: unknown): void {
  if (statusCodeOf(error) !== 304) throw error;
}

function statusCodeOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | null)?.statusCode;
}
