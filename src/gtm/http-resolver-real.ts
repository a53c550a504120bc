import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DnsAnswer } from '../runtime/network.ts';
import { RCODE, TYPE } from './dns/types.ts';

export interface HttpResolver {
  /** `http://127.0.0.1:PORT/resolve` */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Answers `GET /resolve?name=NAME&type=A` on loopback as public resolvers' JSON interfaces do (`Status`, `Answer` with
 * `data` and `TTL`), for programs that have HTTP but no say in where their DNS goes.
 */
export async function resolveOverHttp(answer: (name: string) => DnsAnswer): Promise<HttpResolver> {
  const server = createServer((request, response) => {
    // Null for what is no URL, such as `//`.
    const url = URL.parse(request.url ?? '/', 'http://localhost');
    const name = url?.searchParams.get('name') ?? null;
    const type = url?.searchParams.get('type') ?? 'A';
    const isAsked = request.method === 'GET' && url?.pathname === '/resolve' && name !== null && type === 'A';
    response.writeHead(isAsked ? 200 : 400, { 'content-type': 'application/dns-json' });
    response.end(isAsked ? JSON.stringify(message(name, answer(name))) : '');
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/resolve`,
    stop() {
      const closed = new Promise<void>(resolve => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

function message(name: string, { rcode, addresses, ttlSeconds }: DnsAnswer): object {
  const records = addresses.map(data => ({ name, type: TYPE.A, TTL: ttlSeconds, data }));
  return { Status: RCODE[rcode], ...(records.length > 0 && { Answer: records }) };
}
