import { expect, test } from 'vitest';
import { Injection } from '../../src/drill/injection.ts';
import { Standing } from '../../src/drill/standing.ts';
import type { CentreControls, Controls } from '../../src/faults/fault.ts';
import { MemoryJournal } from '../../src/runtime/journal-memory.ts';
import type { HttpOutcome } from '../../src/runtime/network.ts';
import { VirtualClock } from '../../src/runtime/virtual-clock.ts';

const CENTRE = 'cluster1-beijing';

/** Strikes a centre whose machines take `stopTakes` ms to stop; `serves` says when it answers meanwhile. */
async function stopped(options: {
  stopTakes: number;
  serves: (at: number) => boolean;
  stopFails?: boolean;
}): Promise<MemoryJournal> {
  const clock = new VirtualClock();
  const journal = new MemoryJournal();
  const centre: Partial<CentreControls> = {
    async stop() {
      if (options.stopTakes > 0) await clock.sleep(options.stopTakes);
      if (options.stopFails) throw new Error('the engine is gone');
    },
    async request(): Promise<HttpOutcome> {
      const sent = clock.now();
      await clock.sleep(5);
      return options.serves(sent) ? { response: { status: 200, body: '' } } : { failure: 'reset' };
    },
  };
  const controls = { clock, centre: () => centre } as unknown as Controls;
  const entry = { at: 0, name: 'outage', fault: 'cluster-stop', on: [CENTRE], params: {} };
  await clock.run(() => new Injection(entry, { controls }, journal, new Standing()).inject());
  return journal;
}

const sinceOf = (journal: MemoryJournal) =>
  journal.events.flatMap(event => (event.kind === 'fault' && event.step === 'injected' ? [event.since] : []));

test('a fault counts from the first look that shows it, while it is still being injected', async () => {
  const journal = await stopped({ stopTakes: 10_000, serves: at => at < 250 });
  const [since] = sinceOf(journal);
  expect(since).toBeGreaterThanOrEqual(250);
  expect(since).toBeLessThan(500);
  // It is said to be in force when it is injected, and no sooner.
  const injected = journal.events.find(event => event.kind === 'fault' && event.step === 'injected');
  expect(injected?.at).toBeGreaterThanOrEqual(10_000);
});

test('a fault that is injected at once counts from then on', async () => {
  expect(sinceOf(await stopped({ stopTakes: 0, serves: () => false }))).toEqual([0]);
});

test('what another fault shows already is no effect of this one before it is injected', async () => {
  const [since] = sinceOf(await stopped({ stopTakes: 10_000, serves: () => false }));
  expect(since).toBeGreaterThanOrEqual(10_000);
});

test('an injection that fails ends the looking, and says why', async () => {
  const failing = stopped({ stopTakes: 3000, serves: () => true, stopFails: true });
  await expect(failing).rejects.toThrow(
    'outage (cluster-stop) could not strike cluster1-beijing: the engine is gone',
  );
});
