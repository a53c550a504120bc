import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AddressHealth, failing, newHealth, observe, quorum } from '../../src/gtm/health.ts';
import type { HealthRule } from '../../src/gtm/model.ts';

const rule: HealthRule = { evaluationCount: 3, recoverySuccesses: 2, failureRate: 50 };

/** Results in order, as `node` and `+` for a success or `-` for a failure: `0- 0- 1+`. */
function healthAfter(results: string, nodes: number, by: HealthRule = rule): AddressHealth {
  return results
    .split(' ')
    .reduce(
      (health, result) => observe(health, Number(result.slice(0, -1)), result.endsWith('+'), by),
      newHealth(nodes),
    );
}

describe('one vantage point', () => {
  test('is believed after EvaluationCount failures in a row, no earlier', () => {
    expect(healthAfter('0- 0-', 1).status).toBe('OK');
    expect(healthAfter('0- 0- 0-', 1).status).toBe('ALERT');
  });

  test('begins to count again after a success', () => {
    expect(healthAfter('0- 0- 0+ 0- 0-', 1).status).toBe('OK');
  });

  test('is believed to see it up again after recoverySuccesses in a row, no earlier', () => {
    expect(healthAfter('0- 0- 0- 0+', 1).status).toBe('ALERT');
    expect(healthAfter('0- 0- 0- 0+ 0- 0+', 1).status).toBe('ALERT');
    expect(healthAfter('0- 0- 0- 0+ 0- 0+ 0+', 1).status).toBe('OK');
  });

  test.each([20, 50, 80, 100])('decides alone under a failure rate of %d%', failureRate => {
    expect(healthAfter('0- 0- 0-', 1, { ...rule, failureRate }).status).toBe('ALERT');
  });
});

describe('several vantage points', () => {
  const once = { ...rule, evaluationCount: 1 };

  test.each([
    [5, 20, 1],
    [5, 50, 3],
    [5, 80, 4],
    [5, 100, 5],
    [4, 50, 2],
    [3, 80, 3],
    [1, 50, 1],
  ])(
    'of %d under a failure rate of %d%, %d must fail: the share is met, not exceeded',
    (nodes, failureRate, needed) => {
      expect(quorum({ failureRate }, nodes)).toBe(needed);
      const results = (count: number) => Array.from({ length: count }, (_, i) => `${i}-`).join(' ');
      if (needed > 1)
        expect(healthAfter(results(needed - 1), nodes, { ...once, failureRate }).status).toBe('OK');
      expect(healthAfter(results(needed), nodes, { ...once, failureRate }).status).toBe('ALERT');
    },
  );

  test('are counted apart: failures of different ones do not add up to a row', () => {
    expect(healthAfter('0- 1- 2- 3- 4- 0- 1- 2- 3- 4-', 5).status).toBe('OK');
  });

  test('recover when the failing share is below the rate again', () => {
    const down = '0- 0- 0- 1- 1- 1- 2- 2- 2-';
    expect(healthAfter(down, 5).status).toBe('ALERT');
    expect(healthAfter(`${down} 0+ 0+`, 5).status).toBe('OK');
  });
});

/** The rules read off the whole history each time: slow, and without state. */
function naive(history: readonly (readonly [number, boolean])[], nodes: number, by: HealthRule) {
  const down = Array.from({ length: nodes }, (_, node) => {
    const results = history.filter(([one]) => one === node).map(([, ok]) => ok);
    for (let end = results.length; end > 0; end -= 1) {
      const endsWith = (ok: boolean, count: number) =>
        end >= count && results.slice(end - count, end).every(result => result === ok);
      if (endsWith(false, by.evaluationCount)) return true;
      if (endsWith(true, by.recoverySuccesses)) return false;
    }
    return false;
  });
  const failing = down.filter(Boolean).length;
  return { failing, status: (failing / nodes) * 100 >= by.failureRate ? 'ALERT' : 'OK' };
}

test('health is what the whole history says, after every result', () => {
  const scenario = fc.integer({ min: 1, max: 6 }).chain(nodes =>
    fc.record({
      nodes: fc.constant(nodes),
      rule: fc.record({
        evaluationCount: fc.integer({ min: 1, max: 3 }),
        recoverySuccesses: fc.integer({ min: 1, max: 3 }),
        failureRate: fc.constantFrom(20, 50, 80, 100),
      }),
      history: fc.array(fc.tuple(fc.nat(nodes - 1), fc.boolean()), { maxLength: 60 }),
    }),
  );
  fc.assert(
    fc.property(scenario, ({ nodes, rule, history }) => {
      let health = newHealth(nodes);
      for (const [i, [node, ok]] of history.entries()) {
        health = observe(health, node, ok, rule);
        const expected = naive(history.slice(0, i + 1), nodes, rule);
        expect({ failing: failing(health.nodes), status: health.status }).toEqual(expected);
      }
    }),
  );
});
