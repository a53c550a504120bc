import { addressBytes, canonicalAddress } from '../runtime/ip-address.ts';
import type { HttpRequest } from '../runtime/network.ts';
import type { HttpMonitor } from './model.ts';

/** Statuses that may lead elsewhere (RFC 9110 §15.4). */
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
/** More of them in a row lead in circles. */
export const MOST_REDIRECTS = 10;

/** Where a web check asks. */
export interface WebTarget {
  /** As the account has it, or the redirect: an IP address or a name. */
  readonly address: string;
  readonly port: number;
  readonly isTls: boolean;
  /** The Host header. */
  readonly host: string;
  readonly path: string;
}

export function firstTarget(address: string, { protocol, port, host, path }: HttpMonitor): WebTarget {
  return { address, port, isTls: protocol === 'HTTPS', host, path };
}

/** What a response of `status` with `location` leads to; nothing where it is no redirect to a web page. */
export function redirected(
  before: WebTarget,
  status: number,
  location: string | undefined,
): WebTarget | undefined {
  if (location === undefined || !REDIRECTS.has(status)) return undefined;
  const url = URL.parse(location, urlOf(before));
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const isTls = url.protocol === 'https:';
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const name = canonicalAddress(bare(url.hostname));
  const isSame = name === hostName(before);
  return {
    address: isSame ? before.address : name,
    port,
    isTls,
    host: isSame && port === before.port ? before.host : url.host,
    path: `${url.pathname}${url.search}`,
  };
}

/** What is of the target in a request. A handshake names no addresses (RFC 6066 §3). */
export function requestOf(
  target: WebTarget,
  sni: boolean | undefined,
): Pick<HttpRequest, 'host' | 'path' | 'tls'> {
  const { host, path, isTls } = target;
  const serverName = hostName(target);
  const isNamed = sni === true && addressBytes(serverName) === undefined;
  return { host, path, ...(isTls && { tls: isNamed ? { serverName } : {} }) };
}

function urlOf(target: WebTarget): string {
  const name = hostName(target);
  const host = name.includes(':') ? `[${name}]` : name;
  return `http${target.isTls ? 's' : ''}://${host}:${target.port}${target.path}`;
}

/** Without the port that a Host header may have. */
function hostName({ host }: WebTarget): string {
  const isAddress = addressBytes(host) !== undefined;
  return isAddress ? canonicalAddress(host) : bare(host.toLowerCase().replace(/:\d*$/, ''));
}

function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
