import type { AnswerEvent, BodyEvent, RequestEvent } from '../../src/runtime/journal.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import type { DnsAnswer, HttpResponse } from '../../src/runtime/network.ts';
import { simulatedNetwork } from '../../src/runtime/network-simulated.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { tell } from '../../src/runtime/told.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { clientsSchema, type PopulationConfig } from '../../src/traffic/config.ts';
import { type Clients, startClients } from '../../src/traffic/index.ts';

export const ONE = '203.0.113.10';
export const TWO = '203.0.113.20';
export const THREE = '198.51.100.10';
const CENTRES: Record<string, string> = { [ONE]: 'one', [TWO]: 'two', [THREE]: 'three' };
const NAME_SERVER = '192.0.2.53';

export function page(env: string): string {
  return `This is env ${env} !\nConfig file is {\n  database-host: "db"\n}\n`;
}

/** One population as clients.yaml would say it, defaults filled in. */
export function population(yaml: Record<string, unknown>): PopulationConfig {
  const config = { name: 'web-demo.example.com', rate: 10, populations: [{ name: 'some', ...yaml }] };
  return clientsSchema.parse(config).populations[0] as PopulationConfig;
}

/** Three web servers and a name server on a simulated network, 1 ms from everybody. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly journal = new MemoryJournal();
  readonly random;
  readonly network;
  clients: Clients | undefined;
  /** What the name server says. */
  answer: DnsAnswer = { rcode: 'NOERROR', addresses: [ONE, TWO], ttlSeconds: 60 };
  nameServer: 'accept' | 'refuse' | 'drop' = 'accept';
  queries = 0;
  /** What the web servers do, by address, and what they answer. */
  readonly accepts: Record<string, 'accept' | 'refuse' | 'drop'> = {};
  readonly responses: Record<string, HttpResponse | 'reset'> = {};
  readonly serviceMs: Record<string, number> = {};

  constructor(seed = 1) {
    this.random = seededRandom(seed);
    this.network = simulatedNetwork(this.clock, this.random);
    this.network.rule('*', '*', { latencyMs: 1, jitterMs: 0, loss: 0 });
    this.network.listenDns(NAME_SERVER, 'gtm', {
      accepts: () => this.nameServer,
      answer: () => {
        this.queries += 1;
        return this.answer;
      },
    });
    for (const [address, centre] of Object.entries(CENTRES)) {
      this.network.listen(address, centre, {
        accepts: () => this.accepts[address] ?? 'accept',
        handle: (_, asker) => {
          const respond = () => tell(asker, this.responses[address] ?? { status: 200, body: page(centre) });
          this.clock.after(this.serviceMs[address] ?? 0, respond);
        },
      });
    }
  }

  publish(...addresses: string[]): void {
    this.answer = { ...this.answer, addresses };
  }

  /** Lets the populations send for `ms`, and drains; `at` says what happens meanwhile, by time. */
  async run(
    populations: Record<string, unknown>[],
    ms: number,
    at: Record<number, () => void> = {},
    rate = 10,
  ): Promise<this> {
    await this.clock.run(async () => {
      const named = populations.map((yaml, index) => ({
        name: index === 0 ? 'some' : `some-${index}`,
        ...yaml,
      }));
      const config = clientsSchema.parse({ name: 'web-demo.example.com', rate, populations: named });
      for (const [time, happen] of Object.entries(at)) this.clock.after(Number(time), happen);
      this.clients = startClients({
        config,
        clock: this.clock,
        random: this.random,
        network: this.network,
        journal: this.journal,
        nameServer: NAME_SERVER,
        centreOf: address => CENTRES[address],
      });
      await this.clock.sleep(ms);
      await new Promise<void>(resolve => this.clients?.stop(resolve));
    });
    return this;
  }

  get requests(): RequestEvent[] {
    return this.journal.events.filter(event => event.kind === 'request');
  }

  get answers(): AnswerEvent[] {
    return this.journal.events.filter(event => event.kind === 'answer');
  }

  get bodies(): BodyEvent[] {
    return this.journal.events.filter(event => event.kind === 'body');
  }
}
