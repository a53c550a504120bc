import { expect, test } from 'vitest';
import { Watch } from '../../src/cli/watch.ts';
import { journalOf } from '../report/html/journals.ts';
import { chromiumPath, ReportBrowser } from './browser.ts';

test.skipIf(chromiumPath === undefined)(
  'a drill grows in the browser that watches it',
  async () => {
    const browser = new ReportBrowser('watch');
    const watch = await Watch.start(true);
    const over = new AbortController();
    await browser.start();
    try {
      const { page, complaints } = await browser.openAt(watch.address);
      await expect.poll(() => watch.listeners).toBe(1);
      const events = await journalOf('beijing-down');
      const half = Math.floor(events.length / 2);
      for (const event of events.slice(0, half)) watch.event(event);
      await expect.poll(() => page.locator('h1 .badge').textContent()).toBe('UNKNOWN');
      expect(await page.locator('header .title .help').textContent()).toBe('The drill goes on.');
      await page.locator('summary').first().click();
      for (const event of events.slice(half)) watch.event(event);
      const kept = watch.keep(over.signal);
      await expect.poll(() => page.locator('h1 .badge').textContent(), { timeout: 10_000 }).toBe('held');
      // What the reader had opened is open still.
      expect(await page.locator('details').first().getAttribute('open')).not.toBeNull();
      over.abort();
      await kept;
      expect(complaints).toEqual([]);
    } finally {
      watch.close();
      await browser.stop();
    }
  },
  60_000,
);
