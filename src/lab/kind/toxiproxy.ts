import { request } from 'undici';
import { LabError } from '../lab.ts';

export interface Proxy {
  readonly name: string;
  /** `0.0.0.0:80` */
  readonly listen: string;
  /** `172.18.0.2:80` */
  readonly upstream: string;
}

/** What happens to the bytes of one direction of a proxy's connections, as Toxiproxy's API says it. */
export interface Toxic {
  readonly name: string;
  readonly type: 'latency' | 'timeout' | 'reset_peer';
  /** `upstream` is to the server, `downstream` to the client. */
  readonly stream: 'upstream' | 'downstream';
  /** Share of connections that are struck, 0…1. */
  readonly toxicity: number;
  /** Times in milliseconds. */
  readonly attributes: Readonly<Record<string, number>>;
}

const TIMEOUT_MS = 5000;

/** Toxiproxy's HTTP API (2.12). */
export class Toxiproxy {
  readonly #origin: string;

  constructor(address: string) {
    this.#origin = `http://${address}:8474`;
  }

  async answers(): Promise<boolean> {
    await this.#call('GET', '/version');
    return true;
  }

  async create(proxy: Proxy): Promise<void> {
    await this.#call('POST', '/proxies', { ...proxy, enabled: true });
  }

  async add(proxy: string, toxic: Toxic): Promise<void> {
    await this.#call('POST', `/proxies/${proxy}/toxics`, toxic);
  }

  /** Every toxic, with the name of its proxy. */
  async toxics(): Promise<{ proxy: string; toxic: Toxic }[]> {
    const proxies = JSON.parse(await this.#call('GET', '/proxies')) as Record<string, { toxics: Toxic[] }>;
    return Object.entries(proxies).flatMap(([proxy, { toxics }]) => toxics.map(toxic => ({ proxy, toxic })));
  }

  /** A toxic that is gone already is fine. */
  async remove(proxy: string, toxic: string): Promise<void> {
    await this.#call('DELETE', `/proxies/${proxy}/toxics/${toxic}`, undefined, 404);
  }

  async #call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    fine?: number,
  ): Promise<string> {
    const { statusCode, body: answer } = await request(`${this.#origin}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
      // A kept connection would hold up the process's exit.
      reset: true,
    });
    const text = await answer.text();
    if (statusCode >= 300 && statusCode !== fine)
      throw new LabError(`Toxiproxy answered ${statusCode} to ${method} ${path}: ${text.trim()}`);
    return text;
  }
}
