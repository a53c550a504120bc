import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { decode, encode, type Packet, streamEncode } from 'dns-packet';

const LOOPBACK = '127.0.0.1';

/** Listens, and then never runs again: the kernel opens connections until the queue is full. */
const NEVER_ACCEPTS = `
  const { parentPort } = require('node:worker_threads');
  const server = require('node:net').createServer().listen({ host: '${LOOPBACK}', port: 0, backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
  });
`;

/** A server on loopback and the connections that it has seen. */
export interface LocalServer {
  readonly port: number;
  readonly sockets: readonly Socket[];
  /** Resolves when none of them is open. */
  allClosed(): Promise<void>;
}

/** Servers on loopback, until they are disposed of. */
export class LocalServers implements AsyncDisposable {
  readonly #ends: (() => unknown)[] = [];

  /** `serve` gets each connection; `resume()` it to read on. */
  async listen(serve: (socket: Socket) => void): Promise<LocalServer> {
    const sockets: Socket[] = [];
    const server = createServer(socket => {
      sockets.push(socket);
      socket.on('error', () => {});
      serve(socket);
    });
    this.#ends.push(() => closed(server, sockets));
    server.listen(0, LOOPBACK);
    await once(server, 'listening');
    return {
      port: portOf(server),
      sockets,
      async allClosed() {
        await Promise.all(sockets.map(socket => socket.closed || once(socket, 'close')));
      },
    };
  }

  /** Calls `answer` with each request's head. */
  http(answer: (socket: Socket, head: string, count: number) => void): Promise<LocalServer> {
    let count = 0;
    return this.listen(socket => {
      let head = '';
      socket.on('data', chunk => {
        head += chunk;
        if (!head.endsWith('\r\n\r\n')) return;
        count += 1;
        answer(socket, head, count);
        head = '';
      });
    });
  }

  /** A name server on UDP and TCP; `answer` gives what goes into the response, or nothing to let a question vanish. */
  async dns(
    answer: (query: Packet, transport: 'udp' | 'tcp') => Packet | undefined,
  ): Promise<{ port: number }> {
    const respond = (packet: Buffer, transport: 'udp' | 'tcp') => {
      const query = decode(packet);
      const given = answer(query, transport);
      return (
        given && { type: 'response' as const, id: query.id ?? 0, questions: query.questions ?? [], ...given }
      );
    };
    const server = await this.listen(socket =>
      socket.once('data', chunk => {
        const response = respond((chunk as Buffer).subarray(2), 'tcp');
        if (response) socket.end(streamEncode(response));
      }),
    );
    const udp = createSocket('udp4', (packet, { address, port }) => {
      const response = respond(packet, 'udp');
      if (response) udp.send(encode(response), port, address);
    });
    this.#ends.push(() => new Promise<void>(resolve => udp.close(() => resolve())));
    udp.bind(server.port, LOOPBACK);
    await once(udp, 'listening');
    return { port: server.port };
  }

  /** Stops another server with these. */
  use(server: { stop(): Promise<void> }): void {
    this.#ends.push(() => server.stop());
  }

  /** A port on which nobody listens. */
  async closedPort(): Promise<number> {
    const server = createServer().listen(0, LOOPBACK);
    await once(server, 'listening');
    const port = portOf(server);
    await closed(server, []);
    return port;
  }

  /** A port that lets every SYN vanish: its queue of connections is full and never taken from. */
  async blackHole(): Promise<number> {
    const worker = new Worker(NEVER_ACCEPTS, { eval: true });
    this.#ends.push(() => worker.terminate());
    const [port] = (await once(worker, 'message')) as [number];
    // Linux queues one connection more than the backlog.
    for (let queued = 0; queued < 2; queued += 1) {
      const socket = connect({ host: LOOPBACK, port });
      this.#ends.push(() => socket.destroy());
      await once(socket, 'connect');
    }
    return port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}

/** A response with a length, over a connection that stays. */
export function ok(body: string, headers = '', status = 200): string {
  return `HTTP/1.1 ${status} Status\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function closed(server: Server, sockets: readonly Socket[]): Promise<void> {
  return new Promise(resolve => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
