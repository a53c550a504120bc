import { InvalidArgumentError, Option } from 'commander';

export interface SocketAddress {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
}

export function socketOption(flags: string, description: string, standard: string): Option {
  return new Option(flags, description).default(parseSocket(standard), standard).argParser(parseSocket);
}

/** `127.0.0.1:5300`, `[::1]:5300`, or `:5300` for loopback. */
function parseSocket(text: string): SocketAddress {
  const [, bracketed, plain, digits] = /^(?:\[([0-9a-f:.]+)\]|([\d.]*)):(\d{1,5})$/i.exec(text) ?? [];
  const port = Number(digits);
  if (digits === undefined || port > 65_535)
    throw new InvalidArgumentError('It must look like 127.0.0.1:5300 or [::1]:5300.');
  return { host: bracketed ?? (plain || '127.0.0.1'), port };
}
