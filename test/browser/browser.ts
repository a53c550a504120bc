import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Chromium, where the machine has one: `apt-get install chromium` on Debian, or its path in CHROMIUM. */
export const chromiumPath = [process.env['CHROMIUM'] ?? '', ...PLACES].find(path => existsSync(path));

if (chromiumPath === undefined)
  console.warn('no Chromium: the reports are not opened (apt-get install chromium, or CHROMIUM=its path)');

/** A report that is open in a browser, and what it complained of. */
export interface Opened {
  readonly page: Page;
  readonly complaints: readonly string[];
  /** From asking for the page to its being drawn, ms. */
  readonly took: number;
}

/** A browser, and a folder in runs/ for its reports and pictures: they stay there for whoever wants to see them. */
export class ReportBrowser {
  readonly folder: string;
  #browser: Browser | undefined;

  constructor(name: string) {
    this.folder = join(import.meta.dirname, '../../runs', `test-${name}`);
  }

  async start(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    mkdirSync(this.folder, { recursive: true });
    this.#browser = await chromium.launch({
      ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }),
      // A container's root may have no namespaces; the pages are our own.
      args: ['--no-sandbox'],
    });
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
  }

  async open(name: string, html: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const file = join(this.folder, `${name}.html`);
    writeFileSync(file, html);
    return await this.openAt(`file://${file}`, options);
  }

  async openAt(address: string, options: BrowserContextOptions = {}): Promise<Opened> {
    const settings = {
      locale: 'en-US',
      colorScheme: 'light',
      viewport: { width: 1280, height: 900 },
    } as const;
    const context = await (this.#browser as Browser).newContext({ ...settings, ...options });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', message => complaints.push(message.text()));
    page.on('pageerror', error => complaints.push(error.message));
    page.on('request', request => {
      if (!request.url().startsWith(address.replace(/[^/]*$/, ''))) complaints.push(request.url());
    });
    const began = performance.now();
    await page.goto(address);
    await page.waitForSelector('body[data-ready]');
    return { page, complaints, took: performance.now() - began };
  }
}

/** The page's faults against WCAG 2.2 AA, as axe-core finds them. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
  // Run by the debugger, so that the page's policy against foreign scripts stays as it is.
  await page.evaluate(createRequire(import.meta.url)('axe-core').source as string);
  return await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run();
    return violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
  });
}
