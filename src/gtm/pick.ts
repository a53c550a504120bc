import type { Random } from '../runtime/random.ts';

/** The items turned on by one each turn: 123, 312, 231, 123. */
export function rotated<T>(items: readonly T[], turn: number): readonly T[] {
  const first = items.length - (turn % Math.max(1, items.length));
  return [...items.slice(first), ...items.slice(0, first)];
}

/** One item, each as often as its weight says. @throws RangeError when there is none. */
export function byWeight<T extends { readonly weight: number }>(items: readonly T[], random: Random): T {
  let draw = random.below(items.reduce((sum, one) => sum + one.weight, 0));
  for (const item of items) {
    if (draw < item.weight) return item;
    draw -= item.weight;
  }
  throw new RangeError('the draw is below the sum of the weights');
}
