import type { EventEmitter } from 'node:events';

export interface ListenAddress {
  /** IP address to listen on. */
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

/** Opens a socket for `what`, such as `DNS`. @throws Error that says why it cannot be. */
export async function listening(
  what: string,
  at: ListenAddress,
  socket: EventEmitter,
  open: () => void,
): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.once('listening', () => {
        socket.off('error', reject);
        resolve();
      });
      open();
    });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new Error(`cannot serve ${what} on ${addressText(at)}: ${why(code)}`, { cause });
  }
}

/** `192.0.2.1:53`, `[2001:db8::1]:53` */
export function addressText({ host, port }: ListenAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function why(code: string | undefined): string {
  switch (code) {
    case 'EADDRINUSE':
      return 'another process uses the port';
    case 'EADDRNOTAVAIL':
      return 'this machine does not have the address';
    case 'EACCES':
      return 'ports below 1024 need more rights';
    default:
      return code ?? 'it failed';
  }
}
