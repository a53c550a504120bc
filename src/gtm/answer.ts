import type { Random } from '../runtime/random.ts';
import { type CloudDecision, cloudAnswer } from './cloud-route.ts';
import { type Question, TYPE } from './dns/types.ts';
import { aliasHost, type Host, type HostAnswer, type Zone } from './dns/zones.ts';
import type { LineTable } from './lines.ts';
import type { RecordType, ResolvedGtm } from './model.ts';
import { byWeight, rotated } from './pick.ts';
import type { Decision } from './route.ts';

/** Seconds that resolvers may keep "no such name or record", at most. */
const NEGATIVE_TTL = 10;

/** What hosts draw on. */
export interface AnswerPorts {
  readonly random: Random;
  readonly lines: LineTable;
  /** Whether answers with all addresses are in random order, for clients take the first, or turn by one each time. */
  readonly order: 'random' | 'rotate';
  /** By line, then by address: milliseconds. For instances that answer by latency. */
  readonly latency: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** What is published of one access strategy. */
export interface Published {
  readonly lines: readonly string[];
  readonly decision: () => Decision;
}

/** An instance's names, and those of them that are no aliases. */
export interface Names {
  readonly zones: readonly Pick<Zone, 'apex' | 'negativeTtl'>[];
  readonly hosts: ReadonlyMap<string, Host>;
}

/** The zones that a 2.0 instance's names lie in, and its names. */
export function namesOf(
  gtm: Pick<ResolvedGtm, 'accessDomain' | 'businessName' | 'zone' | 'ttlSeconds'>,
  published: readonly Published[],
  ports: AnswerPorts,
): Names {
  const { accessDomain, businessName, ttlSeconds, zone } = gtm;
  const access = accessHost(ttlSeconds, published, ports);
  const zones = [zoneAt(zone, ttlSeconds)];
  const hosts = new Map([[accessDomain, access]]);
  if (businessName !== accessDomain && businessName !== '') {
    const parent = businessName.slice(businessName.indexOf('.') + 1);
    const inside = businessName === zone || businessName.endsWith(`.${zone}`);
    if (!inside) zones.push(zoneAt(parent.includes('.') ? parent : businessName, ttlSeconds));
    // A zone's own name cannot be an alias (RFC 1034 §3.6.2): it answers itself.
    const apex = zones.some(one => one.apex === businessName);
    hosts.set(businessName, apex ? access : aliasHost(accessDomain, ttlSeconds));
  }
  return { zones, hosts };
}

export function zoneAt(apex: string, ttlSeconds: number): Names['zones'][number] {
  return { apex, negativeTtl: Math.min(NEGATIVE_TTL, ttlSeconds) };
}

function accessHost(ttl: number, published: readonly Published[], ports: AnswerPorts): Host {
  const strategies = published.map(one => ({ ...one, turn: 0 }));
  return {
    answer(question) {
      const client = ports.lines.of(question);
      const answering = byLine(strategies, client.lines).find(one => suits(one.decision().type, question));
      if (answering === undefined) return undefined;
      const decision = answering.decision();
      const data = pick(decision, ports, answering.turn, client.lines);
      answering.turn += 1;
      const depends = published.length > 1 || typeof decision.answer === 'object';
      return answerOf(decision.type, ttl, data, depends ? client.scope : 0);
    },
  };
}

/** Strategies that serve the client, the one of its most specific line first. */
function byLine<T extends Published>(published: readonly T[], lines: readonly string[]): readonly T[] {
  if (published.length === 1) return published;
  return lines.flatMap(line => published.filter(one => one.lines.includes(line)));
}

/** Whether records of the type answer the question: an alias answers any. */
function suits(type: RecordType, question: Question): boolean {
  return type === 'CNAME' || question.type === TYPE[type] || question.type === TYPE.ANY;
}

function answerOf(
  type: RecordType,
  ttl: number,
  data: readonly string[],
  scope: number,
): HostAnswer | undefined {
  return data.length > 0 ? { type, ttl, data, scope } : undefined;
}

/** What one answer holds of the addresses that were decided on. */
function pick(
  { answer, addresses }: Decision,
  { random, order, latency }: Pick<AnswerPorts, 'random' | 'order' | 'latency'>,
  turn: number,
  lines: readonly string[],
): readonly string[] {
  if (addresses.length === 0) return [];
  if (answer === 'one') return [byWeight(addresses, random).address];
  const all = addresses.map(one => one.address);
  if (answer === 'all') return order === 'random' ? random.shuffle(all) : rotated(all, turn);
  const known = lines.map(line => latency[line]).find(table => table !== undefined) ?? {};
  const away = (address: string) => known[address] ?? Number.MAX_SAFE_INTEGER;
  return all.toSorted((a, b) => away(a) - away(b)).slice(0, answer.nearest);
}

/** What is published of one 3.0 config. */
export interface PublishedCloud {
  readonly type: RecordType;
  readonly ttlSeconds: number;
  readonly decision: () => CloudDecision;
}

/** A name with 3.0 configs: one for IPv4, one for IPv6, or one for aliases. Each turns by its own answers. */
export function cloudHost(published: readonly PublishedCloud[], { random, lines }: AnswerPorts): Host {
  const configs = published.map(one => ({ ...one, turn: 0 }));
  return {
    answer(question) {
      const client = lines.of(question);
      for (const config of ofTypeFirst(configs, question)) {
        const decided = config.decision();
        const { type, data } = cloudAnswer(decided, client.lines, config.turn, random);
        if (data.length === 0 || !suits(type, question)) continue;
        config.turn += 1;
        return { type, ttl: config.ttlSeconds, data, scope: isNear(decided) ? client.scope : 0 };
      }
      return undefined;
    },
  };
}

/** What is asked for comes before the alias that another config may answer. */
function ofTypeFirst<T extends { readonly type: RecordType }>(
  configs: readonly T[],
  question: Question,
): readonly T[] {
  const own = configs.find(one => TYPE[one.type] === question.type);
  return own === undefined || configs.length === 1 ? configs : [own, ...configs.filter(one => one !== own)];
}

function isNear({ strategy, pools }: CloudDecision): boolean {
  return strategy === 'source_nearest' || pools.some(pool => pool.strategy === 'source_nearest');
}
