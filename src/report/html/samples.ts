import { type AnswerEvent, type RequestEvent, succeeded } from '../../runtime/journal.ts';
import type { Answers, Requests } from './model.ts';
import type { Names } from './names.ts';

const MOST_REQUESTS = 12_000;
/** In how many stretches a long drill is cut to choose from; the most that stay below the limit are taken. */
const STRETCHES = [4000, 2000, 1000, 500, 200, 100, 50, 20, 10, 1];

/** A request and the line of the journal that holds it. */
export interface Placed {
  readonly request: RequestEvent;
  /** From 1. */
  readonly line: number;
}

/**
 * The requests that a page holds one by one: all, when they are few. Else of each stretch of the drill the first
 * request of every population at every centre with every outcome, and those whose lines are `wanted` by the verdict,
 * so that whatever happened at all is there.
 */
export function sampled(
  requests: readonly Placed[],
  names: Names,
  range: { from: number; until: number },
  wanted: ReadonlySet<number>,
): readonly Placed[] {
  if (requests.length <= MOST_REQUESTS) return requests;
  const kinds = requests.map(({ request }) => kindOf(request, names));
  for (const stretches of STRETCHES) {
    const width = Math.max(1, (range.until - range.from) / stretches);
    const seen = new Set<number>();
    const chosen = requests.filter(({ request, line }, index) => {
      if (seen.size > MOST_REQUESTS) return false;
      const stretch = Math.floor((request.sent - range.from) / width);
      const key = stretch * KINDS + (kinds[index] as number);
      if (seen.has(key)) return wanted.has(line);
      seen.add(key);
      return true;
    });
    if (seen.size <= MOST_REQUESTS) return chosen;
  }
  return requests.slice(0, MOST_REQUESTS);
}

const KINDS = 1_000_000;

/** A number below `KINDS` for population, centre and outcome: names.ts keeps populations and outcomes few. */
function kindOf(request: RequestEvent, names: Names): number {
  const population = names.population(request.population);
  const centre = Math.min(names.centre(request.centre) + 1, 399);
  return (population * 400 + centre) * 50 + names.outcome(request);
}

export function requestColumns(
  chosen: readonly Placed[],
  total: number,
  names: Names,
  begins: number,
): Requests {
  const column = (value: (request: RequestEvent) => number) => chosen.map(({ request }) => value(request));
  return {
    total,
    line: chosen.map(({ line }) => line),
    sent: column(({ sent }) => sent - begins),
    took: column(({ at, sent }) => at - sent),
    looked: column(({ sent, looked }) => sent - looked),
    connected: column(({ sent, connected }) => sent - connected),
    population: column(({ population }) => names.population(population)),
    client: column(({ client }) => client),
    answer: column(({ answer }) => answer),
    centre: column(({ centre }) => names.centre(centre)),
    outcome: column(request => names.outcome(request)),
    ok: chosen.map(({ request }) => (succeeded(request) ? 1 : 0)),
  };
}

/** The answers that those requests refer to. */
export function answerColumns(
  chosen: readonly Placed[],
  answers: readonly AnswerEvent[],
  names: Names,
  begins: number,
): Answers {
  const wanted = new Set(chosen.map(({ request }) => request.answer));
  const kept = answers.filter(({ id }) => wanted.has(id));
  return {
    total: answers.length,
    id: kept.map(({ id }) => id),
    at: kept.map(({ at }) => at - begins),
    resolver: kept.map(({ resolver }) => resolver),
    list: kept.map(({ addresses }) => names.list(addresses)),
    ttl: kept.map(({ ttl }) => ttl),
    failure: kept.map(({ failure }) => failure ?? ''),
  };
}
