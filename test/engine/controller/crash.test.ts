import { describe, expect, it } from 'vitest';
import { resume } from '../../../src/engine/kubectl/operators.ts';
import { calling } from '../../../src/kube/client.ts';
import { type Accident, accidents, type Call, courseOf, inFleet, mortal } from './accidents.ts';
import { APP, CENTRES } from './fleet.ts';

describe('at any API call of two releases', () => {
  // All three at each: crash.system.test.ts.
  it('one of the accidents in turn: the end is the same, and nothing else is written', async () => {
    const { course, calls } = await courseOf(0);
    expect(calls).toBeGreaterThan(50);
    for (let n = 1; n <= calls; n++) {
      const accident = accidents[n % accidents.length] as Accident;
      expect((await courseOf(n, accident)).course, `at call ${n}: ${accident}`).toEqual(course);
    }
  }, 60_000);

  it('it dies, and the application is deleted: nothing is left', async () => {
    for (let n = 1; n <= 40; n++) {
      await inFleet(async fleet => {
        const accident: Accident = 'it dies when the call is done and before the answer comes';
        const died = new Promise<void>(resolve => mortal(fleet, n, accident, resolve));
        await fleet.apply();
        if (n > 15) {
          await Promise.race([died, fleet.until('workflowSuspending')]);
          if (fleet.status.status === 'workflowSuspending') await resume(fleet.client('hub'), APP);
        }
        await died;
        await fleet.client('hub').delete(APP);
        fleet.engine();
        await fleet.untilSo(() => fleet.server('hub').get(APP) === undefined);
        await fleet.clock.sleep(10_000);
        expect({ n, left: CENTRES.flatMap(centre => fleet.names(centre)) }).toEqual({ n, left: [] });
      });
    }
  });
});

it('a stopped engine reaches no API any more', async () => {
  for (let n = 2; n <= 30; n++) {
    await inFleet(async fleet => {
      let calls = 0;
      const through: Call = call => {
        calls += 1;
        if (calls === n) engine.stop();
        return call();
      };
      const engine = fleet.engine({}, client => calling(client, through));
      await fleet.apply();
      await fleet.clock.sleep(600_000);
      expect(calls).toBe(n);
    });
  }
});
