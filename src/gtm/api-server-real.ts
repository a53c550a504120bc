import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ApiRequest } from './api/request.ts';
import type { ApiResponse } from './api/respond.ts';
import { addressText, type ListenAddress, listening } from './listening.ts';

/** No call of the API needs more, bytes. */
const LONGEST_BODY = 1024 * 1024;
/** SDKs put all parameters into the URL: fifty addresses with their attributes. */
const LONGEST_HEAD = 256 * 1024;
const REQUEST_MS = 30_000;
const MOST_CONNECTIONS = 512;

export interface ApiServer {
  /** `ip:port`. */
  readonly address: string;
  stop(): Promise<void>;
}

/** Serves the API over HTTP: `answer` is asked for every request. @throws Error when it cannot listen. */
export async function serveApi(
  at: ListenAddress,
  answer: (request: ApiRequest) => ApiResponse,
): Promise<ApiServer> {
  const server = createServer(
    { maxHeaderSize: LONGEST_HEAD, requestTimeout: REQUEST_MS },
    (request, response) => {
      void handle(request, response, answer);
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') {
      socket.destroy();
      return;
    }
    const body = JSON.stringify({ Code: 'InvalidRequest', Message: 'This is not HTTP.' });
    const head = [
      'HTTP/1.1 400 Bad Request',
      'Content-Type: application/json',
      `Content-Length: ${body.length}`,
    ];
    socket.end(`${[...head, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
  });
  await listening('the API', at, server, () => server.listen({ host: at.host, port: at.port }));
  // Errors after opening are of single connections; the server goes on.
  server.on('error', () => {});
  const { port } = server.address() as AddressInfo;
  return {
    address: addressText({ host: at.host, port }),
    stop: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: ApiRequest) => ApiResponse,
): Promise<void> {
  try {
    const body = await bodyOf(request);
    if (body === undefined) {
      reply(response, {
        status: 413,
        body: { Code: 'RequestTooLarge', Message: `More than ${LONGEST_BODY} bytes.` },
      });
      return;
    }
    const { method = '', url = '/' } = request;
    reply(response, answer({ method, url, headers: headersOf(request), body }));
  } catch {
    // The client went away in the middle.
    response.destroy();
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  );
}

function reply(response: ServerResponse, { status, body }: ApiResponse): void {
  const text = Buffer.from(JSON.stringify(body));
  response.writeHead(status, {
    'Content-Type': 'application/json;charset=utf-8',
    'Content-Length': text.length,
  });
  response.end(text);
}
