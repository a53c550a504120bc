import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { stringify } from 'yaml';
import { runDrill } from '../../src/drill/runner.ts';
import { loadScenario, type Scenario } from '../../src/drill/scenario.ts';
import type { CompareEvent, JournalEvent, RequestEvent } from '../../src/runtime/journal.ts';

export const CENTRES = ['cluster1-beijing', 'cluster2-beijing', 'cluster1-hangzhou'] as const;
const ROOT = resolve(import.meta.dirname, '../..');

/** One population, four requests a second, a fresh address and connection for each. */
const POPULATIONS = [{ name: 'people', share: '100%', clients: 4, resolver: { cache: { maxTtl: '1s' } } }];

/** All three centres share the traffic, so that each shows what is done to it. */
const EVERY_CENTRE = {
  Config: { Ttl: 1 },
  AddrPools: [{ Name: 'beijing', Addr: CENTRES.map(Addr => ({ Addr })) }],
};

export type Entry = Readonly<Record<string, unknown>>;

/** A scenario in a file, as a user would write it; `populations` are all that there are, `gtm` what else is changed. */
export function smallScenario(fields: {
  timeline: readonly Entry[];
  ends: string;
  populations?: readonly Entry[];
  application?: readonly string[];
  gtm?: object;
}): Scenario {
  const { timeline, ends, populations = POPULATIONS, application } = fields;
  // Not `scratch`: a test may ask for hundreds, or a `beforeAll` for one.
  const folder = mkdtempSync(join(tmpdir(), 'liangdi-test-'));
  const file = join(folder, 'small.yaml');
  const clients = join(folder, 'clients.yaml');
  writeFileSync(clients, stringify({ name: 'web-demo.example.com', rate: 4, populations }));
  const files = { clients, gtm: join(ROOT, 'clusters/gtm.yaml'), ...(application && { application }) };
  writeFileSync(
    file,
    stringify({
      proves: 'What a fault does.',
      files,
      gtm: { ...EVERY_CENTRE, ...fields.gtm },
      timeline,
      ends,
      expect: [],
    }),
  );
  try {
    return loadScenario(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export async function smallDrill(
  timeline: readonly Entry[],
  ends: string,
  options: {
    seed?: number;
    populations?: readonly Entry[];
    gtm?: object;
    signal?: AbortSignal;
    onEvent?: (event: JournalEvent) => void;
  } = {},
): Promise<Journal> {
  const { populations, gtm, seed = 1, ...rest } = options;
  const scenario = smallScenario({
    timeline,
    ends,
    ...(populations && { populations }),
    ...(gtm && { gtm }),
  });
  return new Journal((await runDrill(scenario, { lab: 'simulated', seed, ...rest })).events);
}

type EventOf<K extends JournalEvent['kind']> = Extract<JournalEvent, { kind: K }>;

/** What a drill's journal tells. Times are seconds of the timeline. */
export class Journal {
  readonly events: readonly JournalEvent[];
  readonly #start: number;

  constructor(events: readonly JournalEvent[]) {
    this.events = events;
    this.#start = events.find(({ kind }) => kind === 'timeline')?.at ?? 0;
  }

  /** Those of the kind, that have happened between the two times. */
  of<K extends JournalEvent['kind']>(
    kind: K,
    from = 0,
    until = Number.POSITIVE_INFINITY,
  ): readonly EventOf<K>[] {
    return this.events.filter(
      (event): event is EventOf<K> =>
        event.kind === kind && this.time(event.at) >= from && this.time(event.at) < until,
    );
  }

  /** When a step in the life of the fault of this name was done. */
  when(name: string, step: 'injected' | 'heal' | 'healed'): number {
    const event = this.of('fault').find(fault => fault.name === name && fault.step === step);
    if (event === undefined) throw new Error(`${name} was never ${step}`);
    return this.time(event.at);
  }

  requests(centre: string | undefined, from: number, until: number): readonly RequestEvent[] {
    return this.of('request').filter(
      ({ sent, ...request }) =>
        request.centre === centre && this.time(sent) >= from && this.time(sent) < until,
    );
  }

  /** What became of the requests that were sent to the centre between the two times. */
  outcomes(centre: string | undefined, from: number, until: number): readonly (number | string)[] {
    return distinct(
      this.requests(centre, from, until).map(({ status, failure }) => status ?? failure ?? 'nothing'),
    );
  }

  probes(centre: string, from: number, until: number): readonly string[] {
    return distinct(
      this.of('probe', from, until)
        .filter(probe => probe.centre === centre)
        .map(({ result }) => result),
    );
  }

  /** What at the end is not as planned. */
  get differences(): readonly CompareEvent[] {
    return this.of('compare').filter(({ differences }) => differences.length > 0);
  }

  time(at: number): number {
    return (at - this.#start) / 1000;
  }
}

function distinct<T extends number | string>(values: readonly T[]): readonly T[] {
  return [...new Set(values)].sort();
}
