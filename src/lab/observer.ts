import type { HttpOutcome, Network, Place } from '../runtime/network.ts';
import type { LabApplication } from './lab.ts';

/** Where the drill itself observes from, on every lab: no link fault strikes it. */
export const OBSERVER: Place = 'observer';

const DNS_TIMEOUT_MS = 1000;

/** One request for the application to a centre's public address. */
export function requestTo(
  address: string,
  network: Network,
  { port, host, path }: LabApplication,
  timeoutMs: number,
): Promise<HttpOutcome> {
  return new Promise(resolve =>
    network.http({ from: OBSERVER, address, port, host, path, timeoutMs }, resolve),
  );
}

/** Whether a name server answers anything for the application's name. */
export function nameServerAnswers(
  server: string,
  network: Network,
  { host: name }: LabApplication,
): Promise<boolean> {
  return new Promise(resolve =>
    network.dns({ from: OBSERVER, server, name, type: 'A', timeoutMs: DNS_TIMEOUT_MS }, ({ answer }) =>
      resolve(answer !== undefined),
    ),
  );
}
