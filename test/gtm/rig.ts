import { type Gtm, startGtm } from '../../src/gtm/gtm.ts';
import type { ResolvedGtm } from '../../src/gtm/model.ts';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import type { HttpRequest, SimulatedNetwork } from '../../src/runtime/network.ts';
import { simulatedNetwork } from '../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { tell } from '../../src/runtime/told.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { centreOf, centres } from './design.ts';

/** How a centre meets its callers: with a status, or as a host that refuses or lets packets vanish. */
type Condition = number | 'refuse' | 'drop';

/** A GTM at work before three centres whose condition a test sets, in virtual time. */
export class Rig {
  readonly clock = new VirtualClock();
  readonly journal = new MemoryJournal();
  readonly network: SimulatedNetwork;
  readonly gtm: Gtm;
  readonly requests: HttpRequest[] = [];
  readonly #conditions = new Map<string, Condition>();

  constructor(config: ResolvedGtm, seed = 1) {
    const random = seededRandom(seed);
    this.network = simulatedNetwork(this.clock, random);
    for (const [centre, address] of Object.entries(centres)) this.#listen(centre, address);
    const { clock, journal, network } = this;
    this.gtm = startGtm({ config, clock, journal, network, random: random.fork('gtm'), centreOf });
  }

  set(condition: Condition, ...addresses: readonly string[]): void {
    for (const address of addresses) this.#conditions.set(address, condition);
  }

  /** The addresses of an answer, sorted. */
  ask(name = 'web-demo.example.com'): readonly string[] {
    return this.gtm.answer({ name }).addresses.toSorted();
  }

  events<K extends JournalEvent['kind']>(kind: K): Extract<JournalEvent, { kind: K }>[] {
    return this.journal.events.filter(
      (event): event is Extract<JournalEvent, { kind: K }> => event.kind === kind,
    );
  }

  #listen(centre: string, address: string): void {
    const condition = () => this.#conditions.get(address) ?? 200;
    this.network.listen(address, centre, {
      accepts: () => {
        const now = condition();
        return typeof now === 'number' ? 'accept' : now;
      },
      handle: (request, asker) => {
        this.requests.push(request);
        const status = condition();
        if (typeof status === 'number') tell(asker, { status, body: '' });
      },
    });
  }
}

/** Runs a story on a rig from its start, until the story ends. */
export async function onRig(config: ResolvedGtm, story: (rig: Rig) => Promise<void>, seed = 1): Promise<Rig> {
  const rig = new Rig(config, seed);
  await rig.clock.run(() => story(rig));
  return rig;
}
