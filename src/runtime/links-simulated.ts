import type { LinkQuality, Place } from './network.ts';

const PERFECT: Required<LinkQuality> = { latencyMs: 0, jitterMs: 0, loss: 0, cut: false };

interface Rule {
  readonly from: Pattern;
  readonly to: Pattern;
  readonly quality: LinkQuality;
}

/** The rules over the links, and what they amount to for each pair of places. */
export class Links {
  #rules: readonly Rule[] = [];
  readonly #links = new Map<Place, Map<Place, Link>>();

  rule(from: Place, to: Place, quality: LinkQuality): () => void {
    const rule = { from: new Pattern(from), to: new Pattern(to), quality };
    this.#change([...this.#rules, rule]);
    return () => this.#change(this.#rules.filter(other => other !== rule));
  }

  /** The same object for the same pair, for good. */
  between(from: Place, to: Place): Link {
    let row = this.#links.get(from);
    if (row === undefined) {
      row = new Map();
      this.#links.set(from, row);
    }
    let link = row.get(to);
    if (link === undefined) {
      link = new Link(from, to, this.#rules);
      row.set(to, link);
    }
    return link;
  }

  #change(rules: readonly Rule[]): void {
    this.#rules = rules;
    for (const row of this.#links.values()) for (const link of row.values()) link.follow(rules);
  }
}

/** One direction between two places; packets under way see it change. */
export class Link {
  readonly #from: Place;
  readonly #to: Place;
  #rules: readonly Rule[];
  #quality: Required<LinkQuality> | undefined;

  constructor(from: Place, to: Place, rules: readonly Rule[]) {
    this.#from = from;
    this.#to = to;
    this.#rules = rules;
  }

  get quality(): Required<LinkQuality> {
    this.#quality ??= this.#combine();
    return this.#quality;
  }

  follow(rules: readonly Rule[]): void {
    this.#rules = rules;
    this.#quality = undefined;
  }

  #combine(): Required<LinkQuality> {
    let quality = PERFECT;
    for (const rule of this.#rules) {
      if (rule.from.covers(this.#from) && rule.to.covers(this.#to)) quality = { ...quality, ...rule.quality };
    }
    return quality;
  }
}

/** `clients` covers `clients` and every place below it; `*` covers all. */
class Pattern {
  readonly #top: Place;
  readonly #below: string;

  constructor(top: Place) {
    this.#top = top;
    this.#below = `${top}/`;
  }

  covers(place: Place): boolean {
    return this.#top === '*' || this.#top === place || place.startsWith(this.#below);
  }
}
