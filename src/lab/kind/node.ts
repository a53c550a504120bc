import { ApiError } from '../../kube/client.ts';
import type { Clock } from '../../runtime/clock.ts';
import { type Docker, unlessDone } from './docker.ts';
import { nodeName } from './pins.ts';
import { until } from './until.ts';

const CONTROL_PLANE_WITHIN_MS = 120_000;
const HELD = '/etc/kubernetes/liangdi-held';
const MANIFESTS = '/etc/kubernetes/manifests';
/** The way from the machine's port 80 to the ingress' pod. */
const REFUSED = 'FORWARD -p tcp -m conntrack --ctorigdstport 80 -j REJECT --reject-with tcp-reset';
const CONTROL_PLANE = '^(kube-apiserver|kube-controller-manager|kube-scheduler|etcd)$';

/** The one machine of a kind cluster: a container. What happens to it needs no Kubernetes API. */
export class Node {
  readonly name: string;
  readonly #docker: Docker;
  readonly #clock: Clock;

  constructor(cluster: string, docker: Docker, clock: Clock) {
    this.name = nodeName(cluster);
    this.#docker = docker;
    this.#clock = clock;
  }

  status(): Promise<string | undefined> {
    return this.#docker.statusOf(this.name);
  }

  address(): Promise<string> {
    return this.#docker.addressOf(this.name);
  }

  async pause(): Promise<void> {
    if ((await this.status()) === 'running') await this.#docker.container(this.name).pause();
  }

  async unpause(): Promise<void> {
    if ((await this.status()) === 'paused') await this.#docker.container(this.name).unpause();
  }

  /** Its processes are told to end, and have as long as Docker gives them. */
  async stop(): Promise<void> {
    await this.#off(() => this.#docker.container(this.name).stop());
  }

  /** As when the power goes: nothing is told to end. */
  async kill(): Promise<void> {
    await this.#off(() => this.#docker.container(this.name).kill());
  }

  /** A stopped container would else get the next address that is free when it starts again. */
  async #off(end: () => Promise<unknown>): Promise<void> {
    if ((await this.status()) === 'exited') return;
    if (!(await this.#docker.isConnected(this.name))) return void (await end());
    const address = await this.address();
    await end();
    await this.#docker.disconnect(this.name);
    await this.#docker.connect(this.name, address);
  }

  /** Nothing reaches it any more; it runs on. */
  disconnect(): Promise<void> {
    return this.#docker.disconnect(this.name);
  }

  /** At the address that it had: its Kubernetes knows no other while it runs. */
  async connect(): Promise<void> {
    if (await this.#docker.isConnected(this.name)) return;
    // kind's entrypoint writes it down at each start.
    const address = (await this.exec('cat', '/kind/old-ipv4')).trim();
    await this.#docker.connect(this.name, address);
  }

  async start(): Promise<void> {
    const status = await this.status();
    // A paused one runs, and whoever paused it goes on with it.
    if (status === 'paused') return;
    if (status === 'running' && (await this.#isStopping()))
      await this.#until('does not end', async () => (await this.status()) !== 'running');
    // Off the network for good, when who stopped it was killed; kind's entrypoint copes with any address at a start.
    if (!(await this.#docker.isConnected(this.name))) await this.#docker.connect(this.name);
    await this.#docker.container(this.name).start().catch(unlessDone);
  }

  /** A shutdown goes on when the run that began it was killed. */
  async #isStopping(): Promise<boolean> {
    try {
      return (await this.#shell('systemctl is-system-running || :')).includes('stopping');
    } catch (error) {
      if (error instanceof ApiError) return false;
      throw error;
    }
  }

  /** Takes the static pods' manifests away and ends them: the kubelet would give each half a minute. */
  async stopControlPlane(): Promise<void> {
    await this.#shell(
      `mkdir -p ${HELD} && for f in ${MANIFESTS}/*.yaml; do [ ! -e "$f" ] || mv "$f" ${HELD}/; done`,
    );
    await this.#until('runs its control plane still', async () => {
      const running = lines(await this.exec('crictl', 'ps', '-q', '--name', CONTROL_PLANE));
      if (running.length === 0) return true;
      await this.exec('crictl', 'stop', '--timeout', '1', ...running);
      return false;
    });
  }

  /** Puts them back; `answers` tells when the API serves again. */
  async startControlPlane(answers: () => Promise<boolean>): Promise<void> {
    await this.restoreControlPlane();
    await this.#until('has no control plane again', answers);
  }

  /** Puts back what was taken away; true when something was. */
  async restoreControlPlane(): Promise<boolean> {
    const moved = await this.#shell(
      `for f in ${HELD}/*.yaml; do [ ! -e "$f" ] || { mv "$f" ${MANIFESTS}/ && echo moved; }; done; rm -rf ${HELD}`,
    );
    return moved.includes('moved');
  }

  /** Resets whatever is sent to the ingress, at the machine's own firewall: the Kubernetes API need not be there. */
  async stopIngress(): Promise<void> {
    await this.#shell(`iptables -w -C ${REFUSED} 2>/dev/null || iptables -w -I ${REFUSED}`);
  }

  /** Lets it be reached, as one that has just started: what it knew of the cluster is gone. */
  async startIngress(): Promise<void> {
    if (
      !(await this.#shell(`iptables -w -C ${REFUSED} 2>/dev/null && echo refused || :`)).includes('refused')
    )
      return;
    const running = lines(await this.exec('crictl', 'ps', '-q', '--name', '^traefik$'));
    await Promise.all(running.map(container => this.killContainer(container)));
    await this.#shell(`iptables -w -D ${REFUSED}`);
  }

  /** The running containers of an application, by the runtime's identifiers. */
  async containersOf(application: { namespace: string; name: string }): Promise<string[]> {
    return lines(await this.#shell(containersOf(application)));
  }

  /** Runs a shell's script in each of the application's containers that has one. */
  async inEach(application: { namespace: string; name: string }, script: string): Promise<void> {
    // One that ends meanwhile is no failure.
    await this.#shell(
      `for c in $(${containersOf(application)}); do crictl exec -s "$c" /bin/busybox sh -c '${script}' || :; done`,
    );
  }

  /** The process of a container that runs in it. */
  async killContainer(container: string): Promise<void> {
    await this.exec('ctr', '--namespace', 'k8s.io', 'tasks', 'kill', '--signal', 'SIGKILL', container);
  }

  exec(...args: string[]): Promise<string> {
    return this.#docker.exec(this.name, args);
  }

  #shell(script: string): Promise<string> {
    return this.exec('sh', '-c', script);
  }

  #until(what: string, ask: () => Promise<boolean>): Promise<boolean> {
    const bounds = { clock: this.#clock, withinMs: CONTROL_PLANE_WITHIN_MS };
    return until(`${this.name} ${what}`, bounds, ask);
  }
}

const containersOf = ({ namespace, name }: { namespace: string; name: string }) =>
  `for p in $(crictl pods -q --state ready --namespace '^${namespace}$' --label 'app=${name}'); do ` +
  'crictl ps -q --pod "$p"; done';

const lines = (text: string) => text.split('\n').filter(line => line.trim() !== '');
