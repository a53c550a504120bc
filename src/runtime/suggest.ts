/** ` did you mean "x"?` for the nearest of `known`, else a list of them, or nothing when that would be long. */
export function suggestion(given: string, known: readonly string[]): string {
  const near = nearest(given, known);
  if (near !== undefined) return `; did you mean "${near}"?`;
  if (known.length === 0) return '';
  const shown = known.slice(0, 24);
  return `; known: ${shown.join(', ')}${known.length > shown.length ? ', …' : ''}`;
}

/** The one of `known` that a typing error may have made `given` of: at most a third of its characters differ. */
export function nearest(given: string, known: readonly string[]): string | undefined {
  if (given.length > 64) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(given.length / 3)) + 1;
  for (const candidate of known) {
    const distance = editDistance(given.toLowerCase(), candidate.toLowerCase());
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** Optimal string alignment: insertions, deletions, substitutions, and swaps of neighbours count one each. */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, at(beforeLast, j - 2) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
