import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  nextSizes,
  rolloutBudget,
  type SetState,
  scaledSizes,
} from '../../../src/kube/simulated/controllers/rolling-update.ts';

const set = (name: string, replicas: number, available = replicas, of = 0): SetState => ({
  name,
  replicas,
  available,
  of,
});

describe('the budget of a rolling update', () => {
  test.each([
    ['the default of 5 replicas', 5, '25%', '25%', { surge: 2, unavailable: 1 }],
    ['of one replica: the new pod comes first', 1, '25%', '25%', { surge: 1, unavailable: 0 }],
    ['in whole numbers', 10, 3, 2, { surge: 3, unavailable: 2 }],
    ['never both zero', 3, 0, '10%', { surge: 0, unavailable: 1 }],
    ['of no replicas', 0, '25%', '25%', { surge: 0, unavailable: 0 }],
  ])('%s', (_, replicas, maxSurge, maxUnavailable, budget) => {
    expect(rolloutBudget(replicas, maxSurge, maxUnavailable)).toEqual(budget);
  });
});

describe('the next step of a rolling update', () => {
  const budget = { surge: 2, unavailable: 1 };

  test('grows the new set first, as far as the surge allows', () => {
    expect(nextSizes(5, budget, set('new', 0), [set('old', 5)])).toEqual(new Map([['new', 2]]));
  });

  test('then shrinks the old one by what may be unavailable', () => {
    expect(nextSizes(5, budget, set('new', 2, 0), [set('old', 5)])).toEqual(new Map([['old', 4]]));
  });

  test('gives up broken old pods before good ones', () => {
    const sizes = nextSizes(5, budget, set('new', 2, 0), [set('older', 1, 0), set('old', 4)]);
    expect(sizes).toEqual(new Map([['older', 0]]));
  });

  test('counts no pods that are going already', () => {
    expect(nextSizes(5, { surge: 3, unavailable: 2 }, set('new', 3, 0), [set('old', 5, 11)])).toEqual(
      new Map([['old', 3]]),
    );
  });

  test('waits when nothing may go', () => {
    expect(nextSizes(5, budget, set('new', 3, 0), [set('old', 4)])).toEqual(new Map());
  });

  test('does nothing when all is done', () => {
    expect(nextSizes(5, budget, set('new', 5), [set('old', 0)])).toEqual(new Map());
  });

  test('scales down to zero at once', () => {
    expect(nextSizes(0, rolloutBudget(0, '25%', '25%'), set('new', 5), [])).toEqual(new Map([['new', 0]]));
  });
});

describe('scaling', () => {
  const budget = { surge: 3, unavailable: 2 };

  test.each<[string, number, SetState | undefined, SetState[], [string, number][]]>([
    ['nothing that is there', 4, undefined, [], []],
    ['the only set that has pods', 4, set('new', 0), [set('old', 2)], [['old', 4]]],
    ['the current set when none has pods', 4, set('new', 0), [set('old', 0)], [['new', 4]]],
    [
      'the latest when the current is still to be made',
      4,
      undefined,
      [set('older', 0), set('old', 0)],
      [['old', 4]],
    ],
    [
      'a rollout up: each keeps its share',
      15,
      set('new', 5, 0, 13),
      [set('old', 8, 8, 13)],
      [
        ['old', 11],
        ['new', 7],
      ],
    ],
    [
      'a rollout down',
      5,
      set('new', 7, 0, 18),
      [set('old', 11, 11, 18)],
      [
        ['old', 5],
        ['new', 3],
      ],
    ],
    [
      'a rollout to nothing',
      0,
      set('new', 7, 0, 18),
      [set('old', 11, 11, 18)],
      [
        ['old', 0],
        ['new', 0],
      ],
    ],
    [
      'of equal sets the newer grows by what rounding leaves',
      6,
      set('new', 4, 0, 8),
      [set('old', 4, 4, 8)],
      [
        ['new', 5],
        ['old', 4],
      ],
    ],
  ])('%s', (_, replicas, current, old, sizes) => {
    expect([...scaledSizes(replicas, budget, current, old)]).toEqual(sizes);
  });
});

test('a rolling update ends, and never has too many or too few pods on its way', () => {
  const quantity = fc.oneof(
    fc.integer({ min: 0, max: 4 }),
    fc.constantFrom('0%', '10%', '25%', '50%', '100%'),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 12 }),
      quantity,
      quantity,
      fc.infiniteStream(fc.boolean()),
      (replicas, maxSurge, maxUnavailable, luck) => {
        const budget = rolloutBudget(replicas, maxSurge, maxUnavailable);
        let current = set('new', 0);
        let old = set('old', replicas);
        for (let step = 0; step < 200; step++) {
          const sizes = nextSizes(replicas, budget, current, [old]);
          current = { ...current, replicas: sizes.get('new') ?? current.replicas };
          const size = sizes.get('old') ?? old.replicas;
          old = set('old', size);
          expect(current.replicas + old.replicas).toBeLessThanOrEqual(replicas + budget.surge);
          expect(current.available + old.available).toBeGreaterThanOrEqual(replicas - budget.unavailable);
          const arrives = current.available < current.replicas && (step > 50 || luck.next().value);
          if (arrives) current = { ...current, available: current.available + 1 };
        }
        expect([current.available, old.replicas]).toEqual([replicas, 0]);
      },
    ),
  );
});
