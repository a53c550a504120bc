import { type DnsServer, serveDns } from '../../gtm/dns/server-real.ts';
import type { Authority } from '../../gtm/dns/types.ts';
import { type Engine, LabError } from '../lab.ts';

/** What lives with this process, where the clusters of a lab do not: the hub's engine, the name server, and what failed here. */
export class OwnParts {
  #nameServer: DnsServer | undefined;
  #startEngine: (() => Engine) | undefined;
  #engine: Engine | undefined;
  #localFailure: Error | undefined;

  /** It dies with the hub and comes back with it. */
  readonly engine = {
    stop: (): void => {
      this.#engine?.stop();
      this.#engine = undefined;
    },
    start: (): void => {
      this.#engine ??= this.#startEngine?.();
    },
  };

  readonly nameServer = (): DnsServer | undefined => this.#nameServer;

  readonly onLocalFailure = (error: Error): void => {
    this.#localFailure ??= error;
  };

  runEngine(start: () => Engine): void {
    this.#startEngine = start;
    this.engine.start();
  }

  async serveDns(authority: Authority): Promise<string> {
    this.#nameServer = await serveDns({ host: '127.0.0.1', port: 0 }, authority);
    return this.#nameServer.address;
  }

  async stop(): Promise<void> {
    this.engine.stop();
    await this.#nameServer?.stop();
  }

  /** @throws LabError when this machine made what was measured worthless */
  tellLocalFailure(): void {
    if (this.#localFailure === undefined) return;
    throw new LabError(
      `this machine could not make some of the drill's connections (${this.#localFailure.message}): they say ` +
        'nothing about the system under test',
      { cause: this.#localFailure },
    );
  }
}
