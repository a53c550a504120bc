type Value = unknown;

const NAME_KEYS = ['name', 'Name', 'StrategyName'];

const isMap = (value: Value): value is Record<string, Value> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The key by which both lists name their items, if they do. */
function nameKey(base: readonly Value[], change: readonly Value[]): string | undefined {
  return NAME_KEYS.find(
    key =>
      [...base, ...change].every(item => isMap(item) && typeof item[key] === 'string') && change.length > 0,
  );
}

/**
 * A scenario's changes laid over a file's values: maps merge, null removes, lists whose items are named merge by
 * name (new names are appended), anything else replaces (RFC 7386 but for the named lists).
 */
export function overlay(base: Value, change: Value): Value {
  if (Array.isArray(change)) {
    if (!Array.isArray(base)) return change;
    const key = nameKey(base, change);
    return key === undefined ? change : overlayNamed(base, change, key);
  }
  if (!isMap(change)) return change;
  const merged = new Map(Object.entries(isMap(base) ? base : {}));
  for (const [key, value] of Object.entries(change)) {
    if (value === null) merged.delete(key);
    else merged.set(key, overlay(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}

function overlayNamed(base: readonly Value[], change: readonly Value[], key: string): Value[] {
  const named = (item: Value) => (item as Record<string, Value>)[key];
  const changes = new Map(change.map(item => [named(item), item]));
  const known = new Set(base.map(named));
  return [
    ...base.map(item => (changes.has(named(item)) ? overlay(item, changes.get(named(item))) : item)),
    ...change.filter(item => !known.has(named(item))),
  ];
}
