import type { AnswerEvent, FaultEvent, JournalEvent, RequestEvent } from '../../src/runtime/journal.ts';

const ADDRESSES: Readonly<Record<string, string>> = {
  'cluster1-beijing': '203.0.113.10',
  'cluster2-beijing': '203.0.113.20',
  'cluster1-hangzhou': '198.51.100.10',
};

export const BEIJING = ['cluster1-beijing', 'cluster2-beijing'];
export const HANGZHOU = 'cluster1-hangzhou';

export function addressOf(centre: string): string {
  return ADDRESSES[centre] ?? '192.0.2.1';
}

const monitor = {
  ProtocolType: 'HTTP',
  Interval: 15,
  Timeout: 2000,
  EvaluationCount: 3,
  MonitorExtendInfo: { code: 400 },
  IspCityNode: [{ Name: 'one', CityCode: '503' }],
};

/** A small scenario: Beijing first, Hangzhou behind it, TTL 60 s; detection takes 47 s at most, publication 2 s. */
const scenario = {
  name: 'story',
  proves: 'What it says.',
  topology: {
    cities: [
      { name: 'beijing', centres: BEIJING.map(name => ({ name, address: addressOf(name) })) },
      { name: 'hangzhou', centres: [{ name: HANGZHOU, address: addressOf(HANGZHOU) }] },
    ],
    pod: { inService: 4, serviceTime: 160, queue: 32 },
  },
  gtm: {
    InstanceId: 'gtm-story',
    InstanceName: 'story',
    VersionCode: 'ultimate',
    Config: {
      PublicUserDomainName: 'web-demo.example.com',
      PublicRr: 'web-demo.gtm',
      PublicZoneName: 'example.com',
    },
    AddrPools: [
      { Name: 'beijing', LbaStrategy: 'ALL_RR', Addr: BEIJING.map(Addr => ({ Addr })), Monitor: monitor },
      { Name: 'hangzhou', LbaStrategy: 'ALL_RR', Addr: [{ Addr: HANGZHOU }], Monitor: monitor },
    ],
    AccessStrategies: [
      {
        StrategyName: 'two-cities',
        Lines: ['default'],
        DefaultAddrPool: [{ Name: 'beijing' }],
        DefaultMinAvailableAddrNum: 1,
        FailoverAddrPool: [{ Name: 'hangzhou' }],
      },
    ],
  },
  clients: {
    name: 'web-demo.example.com',
    rate: 10,
    populations: [
      { name: 'honest', share: 0.5, timeout: 5000 },
      { name: 'pool', share: 0.5, timeout: 5000, connection: { keepAlive: 60_000 } },
    ],
  },
};

export type Expect = Readonly<Record<string, object>>;

interface Requests {
  readonly from: number;
  readonly until: number;
  readonly every?: number;
  readonly population?: string;
  /** One centre after the other. */
  readonly to?: string | readonly string[];
  readonly fails?: boolean;
  /** From being sent to its end. */
  readonly lasts?: number;
  readonly draw?: (index: number) => number;
  readonly fields?: Partial<RequestEvent>;
}

/** Writes a journal by hand: events in any order, times in milliseconds; `events` puts them in order. */
export class Story {
  readonly #events: JournalEvent[] = [];
  readonly #expect: readonly Expect[];
  #changes: object = {};
  #draws = 0;

  constructor(...expect: Expect[]) {
    this.#expect = expect;
  }

  /** Other clients than the two populations. */
  clients(populations: readonly object[]): this {
    this.#changes = { clients: { ...scenario.clients, populations } };
    return this;
  }

  add(...events: JournalEvent[]): this {
    this.#events.push(...events);
    return this;
  }

  /** `moved` are centres whose addresses on the lab are not those of the topology. */
  timeline(at = 0, moved: Readonly<Record<string, string>> = {}): this {
    const own = [...BEIJING, HANGZHOU].map(name => [name, addressOf(name)]);
    return this.add({ at, kind: 'timeline', addresses: { ...Object.fromEntries(own), ...moved } });
  }

  end(at: number, reason: 'finished' | 'interrupted' | 'failed' = 'finished'): this {
    return this.add({ at, kind: 'end', reason });
  }

  fault(name: string, targets: readonly string[], steps: Partial<Record<FaultEvent['step'], number>>): this {
    for (const step of ['inject', 'injected', 'heal', 'healed'] as const) {
      const at = steps[step];
      if (at === undefined) continue;
      this.add({ at, kind: 'fault', name, fault: 'application-down', step, targets: [...targets] });
    }
    return this;
  }

  /** Beijing fails twice, `flap.1` for 30 s from 10 s on and `flap.2` from 60 s on; `honest` has errors for so long. */
  flap(errors: readonly [number, number]): this {
    [10_000, 60_000].forEach((at, i) => {
      const [healed, until] = [at + 30_000, i === 0 ? 60_000 : 90_000];
      const recovered = at + (errors[i] as number);
      this.fault(`flap.${i + 1}`, BEIJING, { inject: at, injected: at, heal: healed, healed })
        .requests({ from: at, until: recovered, fails: true })
        .requests({ from: recovered, until, to: HANGZHOU });
    });
    return this;
  }

  requests({
    from,
    until,
    every = 1000,
    population = 'honest',
    to = BEIJING,
    fails = false,
    lasts = 100,
    draw,
    fields,
  }: Requests): this {
    const centres = typeof to === 'string' ? [to] : to;
    for (let sent = from, index = 0; sent < until; sent += every, index++) {
      const centre = centres[index % centres.length] as string;
      this.add({
        at: sent + lasts,
        kind: 'request',
        population,
        client: 0,
        sent,
        looked: sent,
        connected: sent,
        answer: 0,
        draw: draw ? draw(index) : ++this.#draws,
        address: addressOf(centre),
        centre,
        ...(fails ? { status: 503, body: 2 } : { status: 200, body: 1 }),
        ...fields,
      });
    }
    return this;
  }

  probe(at: number, centre: string, ok = true): this {
    const result = ok ? '200' : '503';
    return this.add({ at, kind: 'probe', address: addressOf(centre), centre, vantage: 'one', ok, result });
  }

  health(at: number, centre: string, status: 'OK' | 'ALERT'): this {
    const failing = status === 'ALERT' ? 1 : 0;
    return this.add({ at, kind: 'health', address: addressOf(centre), centre, status, failing, nodes: 1 });
  }

  answer(at: number, id: number, centres: readonly string[], fields: Partial<AnswerEvent> = {}): this {
    const addresses = centres.map(addressOf);
    const honest = { resolver: 'honest-0', population: 'honest', ttl: 60 };
    return this.add({ at, kind: 'answer', id, addresses, ...honest, ...fields });
  }

  route(at: number, centres: readonly string[]): this {
    const { addresses, set, strategy } = answers(centres);
    const available = { DEFAULT: 0, FAILOVER: 0 };
    return this.add({ at, kind: 'route', strategy, set, addresses, available, reason: '' });
  }

  publish(at: number, centres: readonly string[]): this {
    return this.add({ at, kind: 'publish', ...answers(centres) });
  }

  switch(at: number, to: 'DEFAULT' | 'FAILOVER'): this {
    const from = to === 'DEFAULT' ? 'FAILOVER' : 'DEFAULT';
    return this.add({ at, kind: 'switch', strategy: 'two-cities', from, to, reason: '' });
  }

  get events(): JournalEvent[] {
    const expect = this.#expect.flatMap(each =>
      Object.entries(each).map(([name, params]) => ({ name, params })),
    );
    const header: JournalEvent = {
      at: 0,
      kind: 'drill',
      format: 1,
      version: '0',
      lab: 'simulated',
      seed: 1,
      scenario: { ...scenario, ...this.#changes, expect },
    };
    return [header, ...this.#events.toSorted((one, other) => one.at - other.at)];
  }
}

function answers(centres: readonly string[]) {
  const set: 'DEFAULT' | 'FAILOVER' = centres.includes(HANGZHOU) ? 'FAILOVER' : 'DEFAULT';
  return { strategy: 'two-cities', set, addresses: centres.map(addressOf) };
}
