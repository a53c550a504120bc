import type { DnsAnswer } from '../../runtime/network.ts';
import { type Authority, type Finding, type Question, type RecordSet, TYPE } from './types.ts';

/** What a host answers a question with. */
export interface HostAnswer {
  readonly type: 'A' | 'AAAA' | 'CNAME';
  /** Seconds. */
  readonly ttl: number;
  /** Never empty. */
  readonly data: readonly string[];
  /** How many bits of the client's network made it this answer: 0 when every client gets the same. */
  readonly scope: number;
}

/** A name with records of its own. */
export interface Host {
  /** Nothing when the name has no records of the type. One with a CNAME answers it to whatever is asked (RFC 1034 §3.6.2). */
  answer(question: Question): HostAnswer | undefined;
}

export interface Zone {
  /** Lower case, no final dot. */
  readonly apex: string;
  /** Seconds that "no such name or record" may be kept (RFC 2308 §5): short, so that a mistake heals soon. */
  readonly negativeTtl: number;
  /** Counts the changes of the zone. */
  readonly serial?: number;
  /** IP address of the one name server, `ns.APEX`. */
  readonly nameServer: string;
}

/** How long resolvers may keep the zone's SOA and NS records and the name server's address, seconds. */
const ZONE_TTL = 3600;
/** Aliases are followed within our zones so often; longer chains are the resolver's to follow. */
const MOST_ALIASES = 8;

/** The zones of a GTM and the hosts in them, as authoritative name servers see them (RFC 1034 §4.3.2). */
export class Zones implements Authority {
  readonly #zones: ReadonlyMap<string, Zone>;
  readonly #hosts = new Map<string, { readonly host: Host; readonly zone: Zone | undefined }>();
  /** Names above hosts. They exist, without records of their own (RFC 8020). */
  readonly #nonTerminals = new Set<string>();

  constructor(zones: Iterable<Zone>, hosts: ReadonlyMap<string, Host>) {
    this.#zones = new Map(Array.from(zones, zone => [zone.apex, zone]));
    const all = new Map(hosts);
    for (const { apex, nameServer } of this.#zones.values())
      if (!all.has(nameServerOf(apex))) all.set(nameServerOf(apex), addressHost(nameServer));
    for (const [name, host] of all) this.#hosts.set(name, { host, zone: this.zoneOf(name) });
    for (const name of all.keys())
      for (let parent = parentOf(name); parent !== undefined; parent = parentOf(parent))
        this.#nonTerminals.add(parent);
  }

  find(question: Question): Finding {
    return this.#follow(question, question.name, [], 0);
  }

  /** The innermost zone that a name lies in. */
  zoneOf(name: string): Zone | undefined {
    for (let apex: string | undefined = name; apex !== undefined; apex = parentOf(apex)) {
      const zone = this.#zones.get(apex);
      if (zone) return zone;
    }
    return undefined;
  }

  /** `before` are the aliases that led to `name`. */
  #follow(question: Question, name: string, before: readonly RecordSet[], scope: number): Finding {
    const known = this.#hosts.get(name);
    const zone = known ? known.zone : this.zoneOf(name);
    // A target elsewhere is the resolver's to find.
    if (zone === undefined) return before.length > 0 ? found(before, scope) : REFUSED;
    const apex = name === zone.apex ? this.#atApex(question, zone) : undefined;
    if (apex) return { ...apex, answers: [...before, ...apex.answers], scope };
    const answer = known?.host.answer(question);
    if (answer === undefined) {
      const exists = known !== undefined || name === zone.apex || this.#nonTerminals.has(name);
      return negative(exists ? 'NOERROR' : 'NXDOMAIN', zone, before, scope);
    }
    const { type, ttl, data } = answer;
    const set: RecordSet = { owner: name, type, ttl, data };
    const answers = before.length > 0 ? [...before, set] : [set];
    const wider = Math.max(scope, answer.scope);
    const [target] = data;
    const ends = type !== 'CNAME' || question.type === TYPE.CNAME || question.type === TYPE.ANY;
    if (ends || target === undefined || answers.length > MOST_ALIASES) return found(answers, wider);
    // An answer holds a record once (RFC 2181 §5), and one alias of a name.
    if (answers.some(one => one.owner === target)) return found(answers, wider);
    return this.#follow(question, target, answers, wider);
  }

  #atApex({ type }: Question, zone: Zone): Omit<Finding, 'scope'> | undefined {
    const nameServer = nameServerOf(zone.apex);
    const known = { rcode: 'NOERROR', authoritative: true, authorities: [], additionals: [] } as const;
    if (type === TYPE.SOA || (type === TYPE.ANY && !this.#hosts.has(zone.apex)))
      return { ...known, answers: [soa(zone, ZONE_TTL)] };
    if (type !== TYPE.NS) return undefined;
    const glue: RecordSet = { owner: nameServer, ttl: ZONE_TTL, ...addressOf(zone.nameServer) };
    return {
      ...known,
      answers: [{ owner: zone.apex, type: 'NS', ttl: ZONE_TTL, data: [nameServer] }],
      additionals: [glue],
    };
  }
}

const REFUSED: Finding = {
  rcode: 'REFUSED',
  authoritative: false,
  answers: [],
  authorities: [],
  additionals: [],
  scope: 0,
};

function found(answers: readonly RecordSet[], scope: number): Finding {
  return { rcode: 'NOERROR', authoritative: true, answers, authorities: [], additionals: [], scope };
}

/** Resolvers keep it for the SOA's TTL or its MINIMUM, whichever is less (RFC 2308 §5): both are the same here. */
function negative(
  rcode: 'NOERROR' | 'NXDOMAIN',
  zone: Zone,
  answers: readonly RecordSet[],
  scope: number,
): Finding {
  const authorities = [soa(zone, zone.negativeTtl)];
  return { rcode, authoritative: true, answers, authorities, additionals: [], scope };
}

function soa({ apex, negativeTtl, serial = 1 }: Zone, ttl: number): RecordSet {
  return { owner: apex, type: 'SOA', ttl, minimum: negativeTtl, serial };
}

function nameServerOf(apex: string): string {
  return `ns.${apex}`;
}

function parentOf(name: string): string | undefined {
  const dot = name.indexOf('.');
  return dot < 0 ? undefined : name.slice(dot + 1);
}

function addressOf(address: string): { type: 'A' | 'AAAA'; data: readonly string[] } {
  return { type: address.includes(':') ? 'AAAA' : 'A', data: [address] };
}

function addressHost(address: string): Host {
  const records = addressOf(address);
  const answer: HostAnswer = { ...records, ttl: ZONE_TTL, scope: 0 };
  return { answer: ({ type }) => (type === TYPE[records.type] || type === TYPE.ANY ? answer : undefined) };
}

/** A name that stands for another one. */
export function aliasHost(target: string, ttl: number): Host {
  const answer: HostAnswer = { type: 'CNAME', ttl, data: [target], scope: 0 };
  return { answer: () => answer };
}

/** What a resolver without a wire hears when it asks for IPv4 addresses: an alias and its target are one answer. */
export function addressesAt(authority: Authority, name: string, from: string): DnsAnswer {
  const asked = name.toLowerCase().replace(/\.$/, '');
  const { rcode, answers, authorities } = authority.find({ name: asked, type: TYPE.A, from });
  if (rcode === 'REFUSED') return { rcode, addresses: [], ttlSeconds: 0 };
  if (rcode !== 'NOERROR' && rcode !== 'NXDOMAIN') return { rcode: 'SERVFAIL', addresses: [], ttlSeconds: 0 };
  let [addresses, ttlSeconds]: [readonly string[], number] = [[], Number.POSITIVE_INFINITY];
  for (const set of answers) {
    if (set.type === 'A') addresses = set.data;
    ttlSeconds = Math.min(ttlSeconds, set.ttl);
  }
  for (const set of authorities) ttlSeconds = Math.min(ttlSeconds, set.ttl);
  return { rcode, addresses, ttlSeconds: Number.isFinite(ttlSeconds) ? ttlSeconds : 0 };
}
