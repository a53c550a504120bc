import { execFile } from 'node:child_process';
import { AllowedDestinations } from './allowed-destinations.ts';
import { executable } from './executable.ts';

/** How long after another the packets go out, seconds: the least that needs no rights. */
const PAUSE_S = 0.2;

type Ping = (
  attempt: { readonly address: string; readonly packets: number; readonly timeoutMs: number },
  done: (lost: number) => void,
) => () => void;

/**
 * Echo requests by the machine's `ping` command, for sockets of that kind need rights that it has; nothing where there is
 * no such command. What is returned of each ends it. Nothing is sent but to loopback and to `networks`.
 */
export function realPing(networks: readonly string[]): Ping | undefined {
  const command = executable('ping');
  if (command === undefined) return undefined;
  const destinations = new AllowedDestinations(networks);
  return ({ address, packets, timeoutMs }, done) => {
    destinations.check(address);
    const seconds = String(Math.max(1, Math.ceil(timeoutMs / 1000)));
    const args = ['-n', '-q', '-c', String(packets), '-i', String(PAUSE_S), '-W', seconds, address];
    const running = execFile(command, args, (_, output) => {
      const received = /(\d+) (packets )?received/.exec(output)?.[1];
      done(packets - Number(received ?? 0));
    });
    return () => running.kill();
  };
}
