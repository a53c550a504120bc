import { Resolver } from 'node:dns/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Auth } from '../../../src/gtm/api/signature.ts';
import { type Serving, serveGtm } from '../../../src/gtm/serve.ts';
import { MemoryJournal } from '../../../src/runtime/journal-memory.ts';
import { Sdk } from './sdk.ts';

export const KEY = { accessKeyId: 'test-key', accessKeySecret: 'test-secret' };
/** The centres' production addresses. */
export const BEIJING_1 = '203.0.113.10';
export const BEIJING_2 = '203.0.113.20';
export const HANGZHOU = '203.0.113.30';

export interface RigOptions {
  /** YAML, after the access key and the mapping. */
  readonly account?: string;
  readonly auth?: Auth;
  readonly timeScale?: number;
  readonly state?: string;
}

/** An emulator on free ports of loopback, with a web server behind each centre's address, in fast real time. */
export class Rig implements AsyncDisposable {
  readonly sdk: Sdk;
  readonly serving: Serving;
  readonly told: string[];
  readonly #holder: { yaml: string };
  readonly #centres: ReadonlyMap<string, Centre>;

  static async start({
    account = '',
    auth = 'strict',
    timeScale = 30,
    state,
  }: RigOptions = {}): Promise<Rig> {
    const centres = new Map<string, Centre>();
    for (const address of [BEIJING_1, BEIJING_2, HANGZHOU]) centres.set(address, await Centre.start());
    const reach = [...centres].map(([address, { port }]) => `  ${address}: 127.0.0.1:${port}\n`).join('');
    const yaml = `accessKeys: { ${KEY.accessKeyId}: ${KEY.accessKeySecret} }\nreach:\n${reach}${account}`;
    const told: string[] = [];
    const socket = { host: '127.0.0.1', port: 0 };
    const holder = { yaml };
    const serving = await serveGtm({
      file: 'account.yaml',
      read: () => holder.yaml,
      dns: socket,
      api: socket,
      auth,
      timeScale,
      seed: 1,
      journal: new MemoryJournal(),
      tell: message => told.push(message),
      ...(state !== undefined && { state }),
    });
    return new Rig(serving, centres, told, holder);
  }

  private constructor(
    serving: Serving,
    centres: ReadonlyMap<string, Centre>,
    told: string[],
    holder: { yaml: string },
  ) {
    this.serving = serving;
    this.#centres = centres;
    this.told = told;
    this.#holder = holder;
    this.sdk = new Sdk({ ...KEY, endpoint: serving.api });
  }

  /** The file that `reload` reads. */
  get yaml(): string {
    return this.#holder.yaml;
  }

  set yaml(yaml: string) {
    this.#holder.yaml = yaml;
  }

  /** Sets what the centres answer from now on. */
  set(status: number, ...addresses: readonly string[]): void {
    for (const address of addresses) {
      const centre = this.#centres.get(address);
      if (centre) centre.status = status;
    }
  }

  /** The IPv4 addresses of a name, sorted. */
  async ask(name: string): Promise<string[]> {
    const resolver = new Resolver({ timeout: 2000, tries: 1 });
    resolver.setServers([this.serving.dns]);
    return (await resolver.resolve4(name)).sort();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.serving.stop();
    for (const centre of this.#centres.values()) await centre.stop();
  }
}

class Centre {
  status = 200;
  readonly port: number;
  readonly #server: Server;

  static async start(): Promise<Centre> {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return new Centre(server);
  }

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('request', (_, response) => {
      response.writeHead(this.status);
      response.end();
    });
  }

  stop(): Promise<void> {
    return new Promise(resolve => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}
