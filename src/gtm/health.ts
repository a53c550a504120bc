import type { AddressStatus, HealthRule } from './model.ts';

/** How one vantage point sees an address. */
export interface NodeHealth {
  readonly down: boolean;
  /** Results in a row that speak against `down`. */
  readonly against: number;
}

/** How an address stands: how each vantage point sees it, in the monitor's order, and what follows from them. */
export interface AddressHealth {
  readonly status: AddressStatus;
  readonly nodes: readonly NodeHealth[];
}

const up: NodeHealth = { down: false, against: 0 };
const down: NodeHealth = { down: true, against: 0 };

/** Before its first result an address is taken for healthy, unless it is known not to be: a new instance answers at once. */
export function newHealth(nodes: number, status: AddressStatus = 'OK'): AddressHealth {
  return { status, nodes: Array.from({ length: nodes }, () => (status === 'OK' ? up : down)) };
}

/** What one more result (`ok`) of the vantage point number `node` makes of the address's health. */
export function observe(health: AddressHealth, node: number, ok: boolean, rule: HealthRule): AddressHealth {
  const before = health.nodes[node];
  if (before === undefined) throw new RangeError(`no vantage point ${node}`);
  const after = observeNode(before, ok, rule);
  if (after === before) return health;
  const nodes = health.nodes.with(node, after);
  return { status: after.down === before.down ? health.status : statusOf(nodes, rule), nodes };
}

function observeNode(node: NodeHealth, ok: boolean, rule: HealthRule): NodeHealth {
  if (ok !== node.down) return node.against === 0 ? node : node.down ? down : up;
  const against = node.against + 1;
  if (against < (node.down ? rule.recoverySuccesses : rule.evaluationCount)) return { ...node, against };
  return node.down ? up : down;
}

function statusOf(nodes: readonly NodeHealth[], rule: HealthRule): AddressStatus {
  return failing(nodes) >= quorum(rule, nodes.length) ? 'ALERT' : 'OK';
}

/** How many vantage points hold the address for down. */
export function failing(nodes: readonly NodeHealth[]): number {
  return nodes.reduce((count, node) => count + (node.down ? 1 : 0), 0);
}

/**
 * How many of `nodes` vantage points must hold an address for down: their share meets or exceeds the failure rate (as
 * the console's page words it; the API's text says "exceeds").
 */
export function quorum(rule: Pick<HealthRule, 'failureRate'>, nodes: number): number {
  return Math.ceil((rule.failureRate * nodes) / 100);
}
