import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request said. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

export type Answer = (asked: Asked, response: ServerResponse) => void;

/** An HTTP server on loopback that answers as a test tells it. */
export class ScriptedApi implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(answer: Answer): Promise<ScriptedApi> {
    const server = createServer();
    const api = new ScriptedApi(server);
    server.on('request', async (request, response) => {
      const url = new URL(request.url ?? '', 'http://api');
      const text = (await request.toArray()).join('');
      const asked: Asked = {
        method: request.method ?? '',
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: request.headers,
        body: text === '' ? undefined : JSON.parse(text),
      };
      api.asked.push(asked);
      answer(asked, response);
    });
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise(resolve => this.#server.close(resolve));
    this.#server.closeAllConnections();
    await closed;
  }
}

export function kubeconfig(
  server: string,
  user: object = {},
  cluster: object = { 'insecure-skip-tls-verify': true },
) {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'kind-hub', cluster: { server, ...cluster } }],
    users: [{ name: 'kind-hub', user }],
    contexts: [{ name: 'kind-hub', context: { cluster: 'kind-hub', user: 'kind-hub' } }],
    'current-context': 'kind-hub',
  });
}

export function respond(response: ServerResponse, code: number, body: unknown): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  response.writeHead(code, { 'content-type': typeof body === 'string' ? 'text/plain' : 'application/json' });
  response.end(text);
}

export function status(code: number, reason: string, message: string, details: object = {}) {
  return { apiVersion: 'v1', kind: 'Status', status: 'Failure', code, reason, message, details };
}
