import { createHook } from 'node:async_hooks';
import { drill } from '../../src/drill/drill.ts';
import { type Scenario, vantagePointsOf } from '../../src/drill/scenario.ts';
import { simulatedLab } from '../../src/lab/simulated.ts';
import { type Clock, type Fire, fireOf, type Timer } from '../../src/runtime/clock.ts';
import type { JournalEvent } from '../../src/runtime/journal.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import { seededRandom } from '../../src/runtime/random-seeded.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

/** Counts the promises that come into being, or settle, while a synchronous timer fires. */
export class WatchedClock implements Clock {
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

  after(ms: number, fire: Fire, manner?: 'sync'): Timer {
    return this.#clock.after(ms, manner === 'sync' ? () => this.#watch(fire) : fire, manner);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#clock.sleep(ms, signal);
  }

  #watch(fire: Fire): void {
    this.#inside = true;
    fireOf(fire);
    this.#inside = false;
    this.fired++;
  }

  #count(matters: boolean): void {
    if (this.#inside && matters) this.promises++;
  }
}

/**
 * A drill in the simulated lab whose timers are watched: one set as 'sync' must settle no promise and start nothing that
 * awaits, since virtual time goes on after it without looking. A broken promise of that kind would let time run ahead,
 * the same way in every run. Nobody may change what an API handed over either: it would throw here.
 */
export async function watchedDrill(
  scenario: Scenario,
  seed: number,
): Promise<{ events: readonly JournalEvent[]; fired: number; promises: number }> {
  const virtual = new VirtualClock();
  const clock = new WatchedClock(virtual);
  const journal = new MemoryJournal();
  const { clients, topology, gtm, application } = scenario;
  const lab = simulatedLab({
    topology,
    clock,
    random: seededRandom(seed),
    application: { ...application, host: clients.name, path: clients.path, port: clients.port },
    vantagePoints: vantagePointsOf(gtm),
    freeze: true,
  });
  clock.hook.enable();
  try {
    await virtual.run(() => drill(scenario, seed, lab, journal));
  } finally {
    clock.hook.disable();
  }
  return { events: journal.events, fired: clock.fired, promises: clock.promises };
}
