import { connect, createServer, type Server } from 'node:net';
import { platform } from 'node:os';
import { LabError } from '../lab.ts';

/** A socket in Linux's abstract namespace: it is gone with the process that holds it, however that ends. */
const NAME = '\0liangdi-kind-lab';

export interface Lock {
  release(): Promise<void>;
}

/**
 * The names of the lab's clusters are those of its centres, so a machine has one kind lab at a time.
 *
 * @throws LabError that names the process that uses it.
 */
export async function lockLab(): Promise<Lock> {
  if (platform() !== 'linux') return { release: async () => {} };
  const server = createServer(socket => {
    socket.on('error', () => {});
    socket.end(String(process.pid));
  });
  try {
    await listening(server);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new LabError(
      `another drill uses this machine's kind lab (process ${await holder()}): wait until it has ended`,
      { cause },
    );
  }
  // It must not keep alive a process that has nothing else to do.
  server.unref();
  return { release: () => new Promise(resolve => server.close(() => resolve())) };
}

function listening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(NAME, resolve);
  });
}

function holder(): Promise<string> {
  return new Promise(resolve => {
    let said = '';
    const socket = connect(NAME);
    socket.on('data', chunk => {
      said += chunk;
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(said || 'unknown'));
  });
}
