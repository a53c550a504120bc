/** Figures for people. */

/** `49.6%`; whole percentages without a decimal. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}

export interface Units {
  readonly ms: string;
  readonly s: string;
  readonly min: string;
  readonly h: string;
}

const UNITS: Units = { ms: 'ms', s: 's', min: 'min', h: 'h' };

/** `850 ms`, `12.3 s`, `2 min 5 s`, `24 h`. */
export function length(ms: number, units: Units = UNITS): string {
  if (ms < 1000) return `${Number(ms.toFixed(0))} ${units.ms}`;
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(1))} ${units.s}`;
  const seconds = Math.round(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = minutes < 120 ? 0 : Math.floor(minutes / 60);
  const parts = [
    [hours, units.h],
    [minutes - hours * 60, units.min],
    [seconds % 60, units.s],
  ] as const;
  return parts
    .filter(([value]) => value > 0)
    .map(part => part.join(' '))
    .join(' ');
}

/** `1 error`, `2 errors`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** `01:40.0`, or `1:01:40.0` from an hour on; tenths of a second are cut, not rounded. */
export function clockTime(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const seconds = Math.floor(tenths / 10);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}.${tenths % 10}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
