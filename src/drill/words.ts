/** Figures for people. */

/** `49.6%`; whole percentages without a decimal. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}

/** `850 ms`, `12.3 s`, `2 min 5 s`. */
export function length(ms: number): string {
  if (ms < 1000) return `${Number(ms.toFixed(0))} ms`;
  if (ms < 120_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const seconds = Math.round(ms / 1000);
  const rest = seconds % 60;
  return rest === 0 ? `${seconds / 60} min` : `${(seconds - rest) / 60} min ${rest} s`;
}

/** `1 error`, `2 errors`. */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(names: readonly string[]): string {
  return names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
