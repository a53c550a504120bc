/**
 * What the runtime costs, without Kubernetes, engine or GTM: a drill of 600 s of virtual time with 3 servers,
 * 9 probes every 5 s and 5 populations that ask twice a second through a resolver's cache of 10 s, written with
 * async functions against the ports. 14,760 messages. Other simulators were measured on the same drill.
 */
import { hash } from 'node:crypto';
import type { Clock } from '../../src/runtime/clock.ts';
import type { Journal, JournalEvent } from '../../src/runtime/journal.ts';
import { MemoryJournal, toNdjson } from '../../src/runtime/journal-memory.ts';
import type { SimulatedNetwork } from '../../src/runtime/network.ts';
import { simulatedNetwork } from '../../src/runtime/network-simulated.ts';
import type { Random } from '../../src/runtime/random.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';
import { serveBlocks } from './blocks.ts';

const ENDS = 600_000;
const SERVERS = ['beijing-1', 'beijing-2', 'hangzhou'];
const VANTAGES = ['vantage/1', 'vantage/2', 'vantage/3'];
const POPULATIONS = 5;
const TIMEOUT_MS = 2000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

class Drill {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #network: SimulatedNetwork;
  readonly #journal: Journal;
  messages = 0;
  #answers = 0;

  constructor(clock: Clock, seed: number, journal: Journal) {
    this.#clock = clock;
    this.#random = seededRandom(seed);
    this.#network = simulatedNetwork(clock, this.#random);
    this.#network.rule('*', '*', { latencyMs: 20, jitterMs: 5 });
    this.#journal = journal;
  }

  async run(seed: number): Promise<void> {
    this.#journal.append({ at: 0, kind: 'drill', format: 1, version: '0', lab: 'bench', seed, scenario: {} });
    this.#journal.append({ at: 0, kind: 'timeline', addresses: {} });
    const work: Promise<void>[] = [];
    for (const vantage of VANTAGES) for (const server of SERVERS) work.push(this.#probe(vantage, server));
    for (let population = 0; population < POPULATIONS; population += 1) work.push(this.#ask(population));
    await Promise.all(work);
    this.#journal.append({ at: this.#clock.now(), kind: 'end', reason: 'finished' });
  }

  async #probe(vantage: string, server: string): Promise<void> {
    for (let at = 0; at < ENDS; at += 5000) {
      await this.#sleepUntil(at);
      const answer = await this.#call(vantage, server, () => Promise.resolve({ status: 200, body: 'ok' }));
      if (answer.status !== 200) throw new Error('a probe failed');
    }
  }

  async #ask(population: number): Promise<void> {
    const name = `population-${population}`;
    const from = `clients/${name}`;
    const random = this.#random.fork(name);
    let resolved = { until: 0, address: '', answer: 0, looked: 0 };
    for (let client = 0; client * 500 < ENDS; client += 1) {
      await this.#sleepUntil(client * 500);
      if (this.#clock.now() >= resolved.until) resolved = await this.#resolve(from, random);
      const sent = this.#clock.now();
      const { status } = await this.#call(from, resolved.address, () => this.#serve());
      const { address, answer, looked } = resolved;
      const at = this.#clock.now();
      const event = { at, kind: 'request', population: name, client, sent, looked, connected: sent } as const;
      this.#journal.append({ ...event, answer, draw: answer, address, status, body: 1 });
    }
  }

  async #resolve(from: string, random: Random) {
    const looked = this.#clock.now();
    const { body } = await this.#call(from, 'gtm', () => {
      return Promise.resolve({ status: 0, body: SERVERS[random.below(2)] as string });
    });
    this.#answers += 1;
    return { until: looked + 10_000, address: body, answer: this.#answers, looked };
  }

  async #serve(): Promise<Answer> {
    await this.#clock.sleep(160);
    return { status: 200, body: 'This is env' };
  }

  #call(from: string, to: string, serve: () => Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.#message(from, to);
      this.#network.exchange<Answer>(
        from,
        to,
        TIMEOUT_MS,
        reply =>
          void serve().then(answer => {
            this.#message(to, from);
            reply(answer);
          }),
        outcome => {
          if (outcome.failure === undefined) resolve(outcome.value);
          else reject(new Error(outcome.failure));
        },
      );
    });
  }

  #message(from: string, to: string): void {
    this.messages += 1;
    this.#journal.append({ at: this.#clock.now(), kind: 'lab', step: from, detail: to });
  }

  async #sleepUntil(at: number): Promise<void> {
    if (at > this.#clock.now()) await this.#clock.sleep(at - this.#clock.now());
  }
}

const NO_JOURNAL: Journal = { append(_event: JournalEvent) {} };

async function drill(seed: number, journal: Journal): Promise<{ fired: number; messages: number }> {
  const clock = new VirtualClock();
  const drill = new Drill(clock, seed, journal);
  await clock.run(() => drill.run(seed));
  return { fired: clock.fired, messages: drill.messages };
}

async function bare(seed: number): Promise<string> {
  const { fired, messages } = await drill(seed, NO_JOURNAL);
  return `${messages} messages, ${fired} timers`;
}

async function recorded(seed: number): Promise<string> {
  const journal = new MemoryJournal();
  await drill(seed, journal);
  const bytes = toNdjson(journal.events);
  return `${journal.events.length} events, sha256 ${hash('sha256', bytes).slice(0, 12)}`;
}

const run = process.argv[2] === 'journal' ? recorded : bare;
const first = await run(1);
if ((await run(1)) !== first) throw new Error('the same seed gave another drill');
serveBlocks(run);
