import { createHook } from 'node:async_hooks';
import { describe, expect, test } from 'vitest';
import { drill } from '../../src/drill/drill.ts';
import { listScenarios, loadScenario, type Scenario, vantagePointsOf } from '../../src/drill/scenario.ts';
import { simulatedLab } from '../../src/lab/simulated.ts';
import type { Clock, Timer } from '../../src/runtime/clock.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

/*
 * A timer set as 'sync' must settle no promise and start nothing that awaits: virtual time goes on after it without
 * looking. A broken promise of that kind would let time run ahead, the same way in every run.
 */

/** Counts the promises that come into being, or settle, while a synchronous timer fires. */
class Watched implements Clock {
  readonly #clock: Clock;
  #inside = false;
  promises = 0;
  fired = 0;
  readonly hook = createHook({
    init: (_id, type) => this.#count(type === 'PROMISE' || type === 'Immediate' || type === 'TickObject'),
    promiseResolve: () => this.#count(true),
  });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  after(ms: number, fire: () => void, manner?: 'sync'): Timer {
    return this.#clock.after(ms, manner === 'sync' ? () => this.#watch(fire) : fire, manner);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal);
  }

  #watch(fire: () => void): void {
    this.#inside = true;
    fire();
    this.#inside = false;
    this.fired++;
  }

  #count(matters: boolean): void {
    if (this.#inside && matters) this.promises++;
  }
}

async function watch(scenario: Scenario): Promise<Watched> {
  const virtual = new VirtualClock();
  const clock = new Watched(virtual);
  const { clients, topology, gtm, application } = scenario;
  const lab = simulatedLab({
    topology,
    clock,
    random: seededRandom(5),
    application: { ...application, host: clients.name, path: clients.path, port: clients.port },
    vantagePoints: vantagePointsOf(gtm),
    // Nobody may change what an API handed over either: it would throw here.
    freeze: true,
  });
  clock.hook.enable();
  try {
    await virtual.run(() => drill(scenario, 5, lab, new MemoryJournal()));
  } finally {
    clock.hook.disable();
  }
  return clock;
}

describe('synchronous timers settle no promise', () => {
  test.each(listScenarios().map(({ name }) => name))('%s', async name => {
    const { fired, promises } = await watch(loadScenario(name));
    expect(fired).toBeGreaterThan(10_000);
    expect(promises).toBe(0);
  });

  test('one that does is seen', async () => {
    const virtual = new VirtualClock();
    const clock = new Watched(virtual);
    clock.hook.enable();
    await virtual.run(() => new Promise<void>(resolve => clock.after(1, resolve, 'sync')));
    clock.hook.disable();
    expect(clock.promises).toBeGreaterThan(0);
  });
});
