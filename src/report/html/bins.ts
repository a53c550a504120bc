import { percentile } from '../../judge/percentile.ts';
import { type AnswerEvent, type RequestEvent, succeeded } from '../../runtime/journal.ts';
import type { Bins } from './model.ts';
import type { Names } from './names.ts';

const SECOND = 1000;
const WIDTHS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].map(
  width => width * SECOND,
);
const MOST_BINS = 1000;
/** Shares of fewer requests say more of chance than of the system. */
const REQUESTS_A_BIN = 20;
/** Address lists with a row of their own; the others share one. */
const MOST_LISTS = 8;

/** The narrowest width with few enough bins and, on the average, enough requests in each. */
export function binWidth(span: number, requests: number): number {
  // The first bin begins before the span does.
  const few = (width: number) => span / width <= MOST_BINS - 1;
  const fits = (width: number) => few(width) && requests * width >= REQUESTS_A_BIN * span;
  return WIDTHS.find(fits) ?? WIDTHS.find(few) ?? span / (MOST_BINS - 1);
}

/** Counts requests and answers in bins of time: as many numbers for a million events as for a thousand. */
export class BinCounter {
  readonly #from: number;
  readonly #width: number;
  readonly #count: number;
  readonly #names: Names;
  readonly #requests: number[][];
  readonly #errors: number[][];
  readonly #populationRequests: number[][];
  readonly #populationErrors: number[][];
  readonly #latencies: number[][];
  readonly #answers = new Map<number, number[]>();

  constructor(range: { from: number; until: number; width: number }, names: Names) {
    this.#from = range.from;
    this.#width = range.width;
    this.#count = Math.max(1, Math.ceil((range.until - range.from) / range.width));
    this.#names = names;
    const rows = (count: number) => Array.from({ length: count }, () => this.#zeros());
    this.#requests = rows(names.centres.length + 1);
    this.#errors = rows(names.centres.length + 1);
    this.#populationRequests = rows(names.populations.length);
    this.#populationErrors = rows(names.populations.length);
    this.#latencies = Array.from({ length: this.#count }, () => []);
  }

  request(request: RequestEvent): void {
    const bin = this.#bin(request.sent);
    const centre = this.#names.centre(request.centre);
    const row = centre < 0 ? this.#names.centres.length : centre;
    const population = this.#names.population(request.population);
    add(this.#requests[row], bin);
    add(this.#populationRequests[population], bin);
    if (succeeded(request)) {
      this.#latencies[bin]?.push(request.at - request.sent);
    } else {
      add(this.#errors[row], bin);
      add(this.#populationErrors[population], bin);
    }
  }

  answer({ at, addresses }: AnswerEvent): void {
    const list = this.#names.list(addresses);
    let counts = this.#answers.get(list);
    if (counts === undefined) {
      counts = this.#zeros();
      this.#answers.set(list, counts);
    }
    add(counts, this.#bin(at));
  }

  bins(): Bins {
    for (const bin of this.#latencies) bin.sort((one, other) => one - other);
    return {
      from: this.#from,
      width: this.#width,
      count: this.#count,
      requests: this.#requests,
      errors: this.#errors,
      populationRequests: this.#populationRequests,
      populationErrors: this.#populationErrors,
      p50: this.#latencies.map(sorted => percentile(sorted, 0.5) ?? null),
      p99: this.#latencies.map(sorted => percentile(sorted, 0.99) ?? null),
      answers: this.#lists(),
    };
  }

  /** The most frequent address lists, in the order of their first answer; -1 for all others. */
  #lists(): Bins['answers'] {
    const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
    const all = [...this.#answers].map(([list, counts]) => ({ list, counts }));
    if (all.length <= MOST_LISTS) return all;
    const kept = new Set(
      all.toSorted((one, other) => total(other.counts) - total(one.counts)).slice(0, MOST_LISTS - 1),
    );
    const rest = this.#zeros();
    for (const row of all.filter(each => !kept.has(each)))
      for (const [bin, count] of row.counts.entries()) add(rest, bin, count);
    return [...all.filter(row => kept.has(row)), { list: -1, counts: rest }];
  }

  #bin(at: number): number {
    return Math.min(this.#count - 1, Math.max(0, Math.floor((at - this.#from) / this.#width)));
  }

  #zeros(): number[] {
    return new Array<number>(this.#count).fill(0);
  }
}

function add(row: number[] | undefined, bin: number, amount = 1): void {
  if (row !== undefined) row[bin] = (row[bin] ?? 0) + amount;
}
