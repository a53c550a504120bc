import type { LinkQuality, Place } from './network.ts';

const PERFECT: Required<LinkQuality> = { latencyMs: 0, jitterMs: 0, loss: 0, cut: false };

interface Rule {
  readonly from: Pattern;
  readonly to: Pattern;
  readonly quality: LinkQuality;
}

/** The rules over the links, their impairments, and what both amount to for each pair of places. */
export class Links {
  #rules: readonly Rule[] = [];
  #impairments: readonly Rule[] = [];
  readonly #links = new Map<Place, Map<Place, Link>>();

  rule(from: Place, to: Place, quality: LinkQuality): () => void {
    const rule = ruleOf(from, to, quality);
    this.#change([...this.#rules, rule], this.#impairments);
    return () => this.#change(without(this.#rules, rule), this.#impairments);
  }

  impair(from: Place, to: Place, quality: LinkQuality): () => void {
    const impairment = ruleOf(from, to, quality);
    this.#change(this.#rules, [...this.#impairments, impairment]);
    return () => this.#change(this.#rules, without(this.#impairments, impairment));
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
      link = new Link(from, to, this.#rules, this.#impairments);
      row.set(to, link);
    }
    return link;
  }

  #change(rules: readonly Rule[], impairments: readonly Rule[]): void {
    this.#rules = rules;
    this.#impairments = impairments;
    for (const row of this.#links.values()) for (const link of row.values()) link.follow(rules, impairments);
  }
}

function ruleOf(from: Place, to: Place, quality: LinkQuality): Rule {
  return { from: new Pattern(from), to: new Pattern(to), quality };
}

function without(rules: readonly Rule[], rule: Rule): readonly Rule[] {
  return rules.filter(other => other !== rule);
}

/** One direction between two places; packets under way see it change. */
export class Link {
  readonly #from: Place;
  readonly #to: Place;
  #rules: readonly Rule[];
  #impairments: readonly Rule[];
  #quality: Required<LinkQuality> | undefined;

  constructor(from: Place, to: Place, rules: readonly Rule[], impairments: readonly Rule[]) {
    this.#from = from;
    this.#to = to;
    this.#rules = rules;
    this.#impairments = impairments;
  }

  get quality(): Required<LinkQuality> {
    this.#quality ??= this.#combine();
    return this.#quality;
  }

  follow(rules: readonly Rule[], impairments: readonly Rule[]): void {
    this.#rules = rules;
    this.#impairments = impairments;
    this.#quality = undefined;
  }

  #combine(): Required<LinkQuality> {
    let quality = PERFECT;
    for (const rule of this.#rules) if (this.#isUnder(rule)) quality = { ...quality, ...rule.quality };
    for (const impairment of this.#impairments)
      if (this.#isUnder(impairment)) quality = impaired(quality, impairment.quality);
    return quality;
  }

  #isUnder({ from, to }: Rule): boolean {
    return from.covers(this.#from) && to.covers(this.#to);
  }
}

/** Each packet takes the times of both, and runs the risks of both. */
function impaired(
  link: Required<LinkQuality>,
  { latencyMs = 0, jitterMs = 0, loss = 0, cut = false }: LinkQuality,
): Required<LinkQuality> {
  return {
    latencyMs: link.latencyMs + latencyMs,
    jitterMs: link.jitterMs + jitterMs,
    loss: link.loss + loss - link.loss * loss,
    cut: link.cut || cut,
  };
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
