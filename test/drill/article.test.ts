import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { runDrill } from '../../src/drill/runner.ts';
import { loadScenario } from '../../src/drill/scenario.ts';
import type { BodyEvent } from '../../src/runtime/journal.ts';
import { scratch } from '../scratch.ts';

/** The article that the shipped design follows, and its two files word for word; not everybody has them. */
const seed = resolve(import.meta.dirname, '../../../shared/seed');
const clusters = resolve(import.meta.dirname, '../../clusters/web-demo');

const documents = (file: string) =>
  parseAllDocuments(readFileSync(file, 'utf8')).map(document => document.toJS());

describe.skipIf(!existsSync(seed))(
  "the article's own files (skipped where ../shared/seed is missing)",
  () => {
    test.each(['app-meta.yaml', 'app.yaml'])('%s says what ours says, field by field', file => {
      expect(documents(join(clusters, file))).toEqual(documents(join(seed, file)));
    });

    test('run unchanged, and the pages are those that the article prints', async () => {
      const file = join(scratch(), 'article.yaml');
      const application = ['app-meta.yaml', 'app.yaml'].map(name => join(seed, name));
      writeFileSync(
        file,
        JSON.stringify({
          proves: "The article's own files run.",
          files: { application },
          timeline: [{ at: '60s', fault: 'application-down', on: 'beijing', name: 'outage' }],
          ends: '300s',
          expect: [
            { 'only-traffic-to': { centres: ['cluster1-hangzhou'], when: 'during outage', settle: 'bound' } },
          ],
        }),
      );
      const { verdict, events } = await runDrill(loadScenario(file), { lab: 'simulated', seed: 1 });
      expect(verdict.verdict).toBe('held');
      const article = readFileSync(join(seed, 'article.txt'), 'utf8');
      const bodies = events.filter((event): event is BodyEvent => event.kind === 'body');
      const pages = bodies.filter(({ status }) => status === 200 || status === 503);
      expect(pages.map(({ env }) => env).sort()).toEqual([
        'cluster1-beijing',
        'cluster1-hangzhou',
        'cluster2-beijing',
        undefined,
      ]);
      for (const { text } of pages) expect(article).toContain(text);
    });
  },
);
