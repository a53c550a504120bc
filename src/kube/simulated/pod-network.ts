import type { HttpResponse } from '../../runtime/network.ts';

/** How a request to a pod ended. `lost`: the node is gone, nothing will ever come. */
export type UpstreamOutcome = HttpResponse | 'refused' | 'reset' | 'lost';

/** A request on its way to a pod; told its outcome once, or never when the whole machine goes. */
export interface UpstreamCall {
  settle(outcome: UpstreamOutcome): void;
}

/** What listens at a pod's address. */
export interface PodServer {
  readonly port: number;
  serve(call: UpstreamCall): void;
}

const blackHole: PodServer = { port: 0, serve: call => call.settle('lost') };

/** The network between a cluster's ingress and its pods. */
export class PodNetwork {
  readonly #servers = new Map<string, PodServer>();

  attach(address: string, server: PodServer): void {
    this.#servers.set(address, server);
  }

  detach(address: string): void {
    this.#servers.delete(address);
  }

  /** The address's node went away: what is sent there vanishes. */
  lose(address: string): void {
    this.#servers.set(address, blackHole);
  }

  call(address: string, port: number, call: UpstreamCall): void {
    const server = this.#servers.get(address);
    if (server === undefined) call.settle('refused');
    else if (server === blackHole || server.port === port) server.serve(call);
    else call.settle('refused');
  }
}
