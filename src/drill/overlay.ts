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

/** Where the changes say what stands at this place of the merged values; a list's items are found by their names. */
export function placeInChanges(merged: Value, changes: Value, path: readonly PropertyKey[]): PropertyKey[] {
  const place: PropertyKey[] = [];
  let whole = merged;
  let change = changes;
  for (const step of path) {
    const item = at(whole, step);
    const own = Array.isArray(change) ? change.findLastIndex(other => sameName(item, other)) : -1;
    // A named item that the changes do not have: the file's own.
    if (Array.isArray(change) && own < 0 && sameName(item, item)) return place;
    const next = own < 0 ? step : own;
    place.push(next);
    whole = item;
    change = at(change, next);
  }
  return place;
}

/** The name of the item of a list on this place of the changes that the file does not have, and those that it has. */
export function appendedAt(
  base: Value,
  changes: Value,
  place: readonly PropertyKey[],
): { readonly name: string; readonly known: readonly string[] } | undefined {
  let file = base;
  let change = changes;
  for (const step of place) {
    const item = at(change, step);
    if (!Array.isArray(file)) file = at(file, step);
    else {
      const known = file.map(nameOf).filter(name => name !== undefined);
      const own = file.find(other => sameName(item, other));
      const name = nameOf(item);
      if (name !== undefined && own === undefined && known.length > 0) return { name, known };
      file = own;
    }
    change = item;
  }
  return undefined;
}

function nameOf(item: Value): string | undefined {
  const key = NAME_KEYS.find(each => isMap(item) && typeof item[each] === 'string');
  return key === undefined ? undefined : ((item as Record<string, Value>)[key] as string);
}

function at(value: Value, step: PropertyKey): Value {
  return typeof value === 'object' && value !== null
    ? (value as Record<PropertyKey, Value>)[step]
    : undefined;
}

function sameName(one: Value, other: Value): boolean {
  return NAME_KEYS.some(
    key => isMap(one) && isMap(other) && one[key] !== undefined && one[key] === other[key],
  );
}
