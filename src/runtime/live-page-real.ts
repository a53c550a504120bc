import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A page with news (server-sent events, as the HTML standard has them), for browsers on this machine alone. */
export interface LivePage {
  /** `http://127.0.0.1:40123/` */
  readonly address: string;
  /** How many browsers listen now. */
  readonly listeners: number;
  /** Tells all that listen; who comes later is told the last news of each kind. `data` is one line. */
  tell(event: string, data: string): void;
  close(): void;
}

const HEADERS = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/**
 * Serves `page` at `/` and its news at `/events`, on the loopback address.
 *
 * @param port 0 for any that is free.
 * @throws the system's error (EADDRINUSE, EACCES) when the port cannot be had.
 */
export async function serveLivePage(page: string, port: number): Promise<LivePage> {
  const listening = new Set<ServerResponse>();
  const last = new Map<string, string>();
  const server = createServer((request, response) => {
    const refusal = refusalOf(request, (server.address() as AddressInfo).port);
    if (refusal !== undefined) return end(response, refusal, 'text/plain', '');
    if (request.url === '/') return end(response, 200, 'text/html; charset=utf-8', page);
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const news of last.values()) response.write(news);
    listening.add(response);
    response.on('close', () => listening.delete(response));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    get listeners() {
      return listening.size;
    },
    tell(event, data) {
      const news = `event: ${event}\ndata: ${data}\n\n`;
      last.set(event, news);
      for (const response of listening) response.write(news);
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Another site's page may reach this port by a name of its own: only this machine's own names are answered. */
function refusalOf({ method, url, headers }: IncomingMessage, port: number): number | undefined {
  if (![`127.0.0.1:${port}`, `localhost:${port}`].includes(headers.host ?? '')) return 403;
  if (method !== 'GET') return 405;
  return url === '/' || url === '/events' ? undefined : 404;
}

function end(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...HEADERS, 'content-type': type });
  response.end(body);
}
