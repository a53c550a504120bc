import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listScenarios } from '../../src/drill/scenario.ts';
import { judge } from '../../src/judge/judge.ts';
import { reportModel } from '../../src/report/html/build.ts';
import type { ReportModel } from '../../src/report/html/model.ts';
import { reportPage } from '../../src/report/html/page.ts';
import { percent, seconds } from '../../src/report/text.ts';
import { type JournalEvent, succeeded } from '../../src/runtime/journal.ts';
import { englishLeftIn, namesIn } from '../judge/language/english-left.ts';
import { beginOf, HOSTILE, hostile, journalOf, multiplied, requestsOf } from '../report/html/journals.ts';
import { accessibilityFaults, chromiumPath, type Opened, ReportBrowser } from './browser.ts';

const TIMEOUT = 60_000;
const browser = new ReportBrowser('report');

describe.skipIf(chromiumPath === undefined)('in a browser', { timeout: TIMEOUT }, () => {
  beforeAll(() => browser.start(), TIMEOUT);
  afterAll(() => browser.stop(), TIMEOUT);

  describe.each(['beijing-down', 'all-down', 'gray-beijing'])('the report of %s', scenario => {
    let events: readonly JournalEvent[];
    let model: ReportModel;
    let opened: Opened;
    let page: Page;
    beforeAll(async () => {
      events = await journalOf(scenario);
      model = reportModel(events);
      opened = await browser.open(scenario, reportPage([model]));
      page = opened.page;
    }, TIMEOUT);
    afterAll(async () => {
      await page?.screenshot({ path: `${browser.folder}/${scenario}.png`, fullPage: true });
      await page?.context().close();
    }, TIMEOUT);

    test('shows the figures of the journal', async () => {
      const requests = requestsOf(events);
      const errors = requests.filter(each => !succeeded(each)).length;
      const switches = events.filter(({ kind }) => kind === 'switch').length;
      expect(await figure(page, 'requests')).toBe(String(requests.length));
      expect(await figure(page, 'errors')).toBe(`${errors} (${percent(errors / requests.length)})`);
      expect(await figure(page, 'switches')).toBe(String(switches));
      for (const { text } of judge(events).expectations.map(({ evidence }) => evidence))
        expect(await page.locator('#expectations').textContent()).toContain(text);
    });

    test('draws something on each chart, in the colours of the centres', async () => {
      const canvases = page.locator('.chart canvas');
      expect(await canvases.count()).toBe(4);
      for (let index = 0; index < 4; index++) {
        const colours = await page.evaluate<string[]>(`(${COLOURS})(${index})`);
        expect(colours.length).toBeGreaterThan(3);
        if (index === 0) expect(colours).toContain('11,98,164');
      }
    });

    test('moves the moment, and map and legends follow', async () => {
      const { from, width, count } = model.bins;
      const begin = beginOf(events);
      for (const bin of [Math.floor(count / 4), count - 3]) {
        const at = from + bin * width + width / 2;
        await seek(page, at);
        const inBin = requestsOf(events).filter(
          ({ sent }) => sent - begin >= from + bin * width && sent - begin < from + (bin + 1) * width,
        );
        const [centre] = model.centres;
        const share = inBin.filter(each => each.centre === centre?.name).length / inBin.length;
        const map = await page.locator('.map svg').textContent();
        expect(map).toContain(`${percent(share)} of requests, `);
        const legend = await page.locator('.u-legend').first().textContent();
        if (share > 0) expect(legend).toContain(`${centre?.name}${percent(share)}`);
      }
    });

    test('shows every expectation without scrolling a table', async () => {
      const tables = "document.querySelectorAll('#expectations .scrolls')";
      const cut = await page.evaluate<number[]>(
        `[...${tables}].map(each => each.scrollHeight - each.clientHeight)`,
      );
      expect(cut).toEqual([0]);
    });

    test('leads from evidence to its moment', async () => {
      const cited = model.expectations.find(({ from }) => from !== null);
      await page.locator('#expectations tbody button').first().click();
      const axis = page.locator('#scrubber');
      await expect.poll(async () => Number(await axis.getAttribute('min'))).toBe(cited?.from);
      await page.locator('.scrubber button').last().click();
      await expect.poll(async () => Number(await axis.getAttribute('min'))).toBe(model.from);
    });

    test('draws all charts on one time axis', async () => {
      const edges = await page.evaluate<string[]>(
        "[...document.querySelectorAll('.u-over')].map(each => [each.offsetLeft, each.offsetWidth].join())",
      );
      expect(edges.length).toBe(4);
      expect(new Set(edges).size).toBe(1);
    });

    test('says why a request went where it went', async () => {
      const failed = requestsOf(events).find(each => !succeeded(each) && each.centre !== undefined);
      const answer = events.find(event => event.kind === 'answer' && event.id === failed?.answer);
      await seek(page, (failed?.sent ?? 0) - beginOf(events));
      const why = page.locator('.why');
      await why.locator('select').nth(1).selectOption('errors');
      await why.locator('tbody button').first().click();
      const chain = await why.locator('.chain').textContent();
      expect(chain).toContain(`client ${failed?.client} of ${failed?.population}`.replace('c', 'C'));
      if (answer?.kind === 'answer') expect(chain).toContain(`${answer.resolver} had asked the GTM`);
      for (const { name } of model.centres) expect(chain).toContain(`view of ${name} then`);
      expect(chain).toContain(`${failed?.centre} at the time of the request`);
    });

    test('shows each recovery with its phases and bounds', async () => {
      const text = await page.locator('.recovery').textContent();
      for (const { name, recoveries } of model.populations)
        for (const { rto } of recoveries) {
          expect(text).toContain(name);
          if (rto) expect(text).toContain(`${seconds(rto)} / `);
        }
    });

    test('speaks Chinese and English, in the light and in the dark', async () => {
      await page.locator('[data-control=language]').click();
      expect(await page.locator('html').getAttribute('lang')).toBe('zh-CN');
      expect(await page.locator('#expectations h2').textContent()).toBe('预期');
      await page.locator('[data-control=theme]').click();
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(13, 17, 23)');
      expect(await accessibilityFaults(page)).toEqual([]);
      await page.screenshot({ path: `${browser.folder}/${scenario}-zh-dark.png` });
      await page.locator('[data-control=theme]').click();
      await page.locator('[data-control=language]').click();
      expect(await page.locator('#expectations h2').textContent()).toBe('Expectations');
    });

    test('is accessible, and complains of nothing', async () => {
      // Thousands of cells: once is enough.
      if (scenario === 'beijing-down') await page.evaluate(OPEN_ALL);
      expect(await accessibilityFaults(page)).toEqual([]);
      expect(opened.complaints).toEqual([]);
    });
  });

  test.each(listScenarios().map(({ name }) => name))('%s is told in Chinese throughout', async name => {
    const events = await journalOf(name);
    const model = reportModel(events);
    const { page } = await browser.open(`zh-${name}`, reportPage([model]), { locale: 'zh-CN' });
    const texts = new Set<string>();
    const read = async () => {
      for (const text of await page.evaluate<string[]>(`(${TEXTS})()`)) texts.add(text);
    };
    await page.evaluate(OPEN_ALL);
    await read();
    const failures = requestsOf(events).filter(each => !succeeded(each));
    const strikes = failures.slice(0, 1).map(({ sent }) => sent - beginOf(events));
    for (const at of [0, ...strikes, model.until - 1000]) {
      await seek(page, at);
      await page.locator('.why tbody button').first().click();
      await page.evaluate(OPEN_ALL);
      await read();
    }
    expect(texts.size).toBeGreaterThan(100);
    const { scenario, proves, lab, cities, expectations } = model;
    const named = [...cities, ...expectations].map(each => each.name);
    const names = [...namesIn(events), ...named, scenario, proves, lab];
    expect([...texts].filter(text => englishLeftIn(text, names).length > 0)).toEqual([]);
    await page.context().close();
  });

  test('is worked by the keyboard alone', async () => {
    const model = reportModel(await journalOf('beijing-down'));
    const { page } = await browser.open('keyboard', reportPage([model]));
    const slider = page.locator('#scrubber');
    await slider.focus();
    const before = Number(await slider.inputValue());
    await page.keyboard.press('ArrowRight');
    await expect.poll(async () => Number(await slider.inputValue())).toBe(before + 100);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const next = model.moments.find(({ at }) => at > before + 100)?.at;
    await expect
      .poll(async () => Math.round(Number(await slider.inputValue()) / 100))
      .toBe(Math.round((next ?? Number.NaN) / 100));
    await page.context().close();
  });

  test('compares two runs side by side', async () => {
    const [one, other] = await Promise.all([journalOf('beijing-down', 1), journalOf('beijing-down', 2)]);
    const models = [one, other].map(reportModel);
    const { page, complaints } = await browser.open('comparison', reportPage(models), {
      viewport: { width: 1800, height: 900 },
    });
    const rto = models.map(
      ({ populations }) =>
        populations.find(({ name }) => name === 'honest')?.recoveries[0]?.rto ?? Number.NaN,
    ) as [number, number];
    const row = page.locator('#compare tr', { hasText: 'RTO honest (outage)' });
    expect((await row.locator('td').allTextContents()).slice(0, 2)).toEqual(
      rto.map(ms => `${seconds(ms)} s`),
    );
    expect(await page.locator('.run').count()).toBe(2);
    expect(await accessibilityFaults(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('says of a journal that was cut short that it was, in both languages', async () => {
    const cut = (await journalOf('beijing-down')).slice(0, -1);
    const { page } = await browser.open('cut', reportPage([reportModel(cut)]), { locale: 'en' });
    const help = page.locator('header .title .help');
    expect(await help.textContent()).toBe('The journal has no end: it was cut short.');
    await page.locator('[data-control="language"]').click();
    expect(await help.textContent()).toBe('日志没有结尾：它被截断了。');
    await page.context().close();
  });

  test('prints all of it, in the light', async () => {
    const html = reportPage([reportModel(await journalOf('beijing-down'))]);
    const { page } = await browser.open('print', html, { colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4', path: `${browser.folder}/beijing-down.pdf` });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    await page.context().close();
  });

  test('hostile text is text', async () => {
    const model = reportModel(hostile(await journalOf('beijing-down')));
    const { page, complaints } = await browser.open('hostile', reportPage([model]));
    await page.evaluate(OPEN_ALL);
    expect(await page.locator('h1').textContent()).toContain(HOSTILE.script);
    expect(await page.title()).not.toBe('taken');
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('script').count()).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(await page.locator('body').textContent()).not.toMatch(/[\u0000-\u0008\u001b\u202e\u2066]/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test('a million events open in less than 3 s and scroll smoothly', async () => {
    const events = multiplied(await journalOf('beijing-down'), 200);
    expect(events.length).toBeGreaterThan(1_000_000);
    const html = reportPage([reportModel(events)]);
    expect(html.length).toBeLessThan(2 * 1024 * 1024);
    const { page, took, complaints } = await browser.open('million', html);
    expect(await figure(page, 'requests')).toBe(String(requestsOf(events).length));
    expect(took).toBeLessThan(3000);
    const frames = await page.evaluate<number[]>(`(${SCROLL})()`);
    // Half of the frames in time for 30 a second, on a machine that does other work as well.
    expect(frames[30]).toBeLessThan(34);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

// In the browser's own language: these tests' types know no DOM.

const OPEN_ALL = "for (const each of document.querySelectorAll('details')) each.open = true;";

/** All that is read or read out, besides the scenario's own JSON, commands and what is marked as English. */
const TEXTS = `async () => {
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  const texts = [document.title];
  const visit = element => {
    if (element.matches('script, style, pre, code, [lang=en]')) return;
    for (const name of ['aria-label', 'title', 'aria-valuetext']) texts.push(element.getAttribute(name) ?? '');
    for (const node of element.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
      else if (node.nodeType === Node.ELEMENT_NODE) visit(node);
    }
  };
  visit(document.body);
  return texts;
}`;

const COLOURS = `index => {
  const canvas = document.querySelectorAll('.chart canvas')[index];
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4 * 17) seen.add(data.slice(at, at + 3).join());
  return [...seen];
}`;

const SEEK = `at => {
  const slider = document.querySelector('#scrubber');
  slider.value = String(at);
  slider.dispatchEvent(new Event('input', { bubbles: true }));
  return new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(slider.value))));
}`;

/** Times between 60 frames, sorted, ms. */
const SCROLL = `async () => {
  const next = () => new Promise(done => requestAnimationFrame(done));
  const times = [];
  let last = await next();
  for (let step = 0; step < 60; step++) {
    scrollBy(0, 60);
    const now = await next();
    times.push(now - last);
    last = now;
  }
  return times.sort((one, other) => one - other);
}`;

async function figure(page: Page, name: string): Promise<string> {
  return (await page.locator(`[data-figure=${name}] dd`).textContent()) ?? '';
}

/** Moves the scrubber as a reader does, and waits until the page has followed. */
async function seek(page: Page, at: number): Promise<void> {
  const time = await page.evaluate(`(${SEEK})(${at})`);
  expect(Math.abs(Number(time) - at)).toBeLessThanOrEqual(50);
}
