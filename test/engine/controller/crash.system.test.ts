import { expect, test } from 'vitest';
import { accidents, courseOf } from './accidents.ts';

/* Apart from crash.test.ts, which has one accident at each call: three times as long. */

test.each(accidents)(
  'at any API call of two releases %s: the end is the same, and nothing else is written',
  async accident => {
    const { course, calls } = await courseOf(0);
    for (let n = 1; n <= calls; n++)
      expect((await courseOf(n, accident)).course, `at call ${n}`).toEqual(course);
  },
  60_000,
);
