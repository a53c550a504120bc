import { type Gtm, startGtm } from '../gtm/gtm.ts';
import { resolveGtm } from '../gtm/resolve.ts';
import type { Lab } from '../lab/lab.ts';
import type { Journal } from '../runtime/journal.ts';
import { startClients } from '../traffic/index.ts';
import type { Scenario } from './scenario.ts';

export interface Traffic {
  /** Resolves when what was under way has ended and been journaled; clients send no more. */
  stopClients(): Promise<void>;
  readonly gtm: Gtm;
  /** Public addresses, by centre. */
  readonly addresses: Readonly<Record<string, string>>;
  /** How late the lab's timers have fired so far, ms; undefined where they cannot be late. */
  readonly lateness: (() => number) | undefined;
}

/** Starts the GTM before a lab's centres, and the clients that ask it; the timeline's times count from here. */
export async function startTraffic(
  { gtm: config, clients }: Pick<Scenario, 'gtm' | 'clients'>,
  lab: Lab,
  journal: Journal,
): Promise<Traffic> {
  const { clock, random, network, centres } = lab;
  const addresses = Object.fromEntries(centres.map(({ name }) => [name, lab.addressOf(name)]));
  const centreByAddress = new Map(centres.map(({ name }) => [lab.addressOf(name), name]));
  const known = new Set(centres.map(({ name }) => name));
  const ports = { clock, network, journal, centreOf: (address: string) => centreByAddress.get(address) };
  // First of all: who reads on knows the centres by these addresses.
  journal.append({ at: clock.now(), kind: 'timeline', addresses });
  const lateness = lab.watchLateness?.();
  const gtm = startGtm({
    ...ports,
    config: resolveGtm(config, name => (known.has(name) ? lab.addressOf(name) : undefined)),
    random: random.fork('gtm'),
  });
  try {
    const nameServer = await lab.serveDns(gtm);
    const started = startClients({ ...ports, config: clients, random: random.fork('clients'), nameServer });
    return {
      stopClients: () => new Promise(resolve => started.stop(resolve)),
      gtm,
      addresses,
      lateness,
    };
  } catch (error) {
    gtm.stop();
    throw error;
  }
}
