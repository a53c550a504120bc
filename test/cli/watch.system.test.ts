import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Watch } from '../../src/cli/watch.ts';
import { journalOf } from '../report/html/journals.ts';
import { scratch } from '../scratch.ts';
import { root } from './liangdi.ts';

describe('liangdi drill --watch', { timeout: 60_000 }, () => {
  const cwd = scratch();
  let child: ReturnType<typeof spawn>;
  let address: string;
  beforeAll(async () => {
    child = spawn(join(root, 'bin/liangdi'), ['drill', 'beijing-down', '--watch', '--format', 'json'], {
      cwd,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    for await (const text of child.stderr ?? []) {
      said += String(text);
      address = /http:\S+/.exec(said)?.[0] ?? '';
      if (address !== '') break;
    }
  }, 60_000);
  afterAll(() => child.kill('SIGKILL'));

  function get(path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<number> {
    return new Promise((resolve, reject) => {
      const sent = request(new URL(path, address), { headers, method }, response => {
        response.destroy();
        resolve(response.statusCode ?? 0);
      });
      sent.on('error', reject).end();
    });
  }

  test('serves this machine alone, under its own names', async () => {
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(await get('/')).toBe(200);
    expect(await get('/events')).toBe(200);
    expect(await get('/', { host: 'evil.example' })).toBe(403);
    expect(await get('/', {}, 'POST')).toBe(405);
    expect(await get('/etc/passwd')).toBe(404);
  });

  test('tells the news as events, to the end', async () => {
    const response = await fetch(new URL('events', address));
    let text = '';
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      text += new TextDecoder().decode(chunk);
      if (text.includes('event: end')) break;
    }
    const [, news = ''] =
      /event: model\ndata: (.*)\n/g.exec(text.slice(text.lastIndexOf('event: model'))) ?? [];
    expect(JSON.parse(news)).toMatchObject({
      runs: [{ scenario: 'beijing-down', verdict: 'held', ended: { reason: 'finished' } }],
    });
  });

  test('ends at Ctrl-C with what the drill came to', async () => {
    const response = await fetch(new URL('events', address));
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>)
      if (new TextDecoder().decode(chunk).includes('event: end')) break;
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(0);
  });
});

test('a drill under way is told as far as it has come', async () => {
  const events = await journalOf('beijing-down');
  const watch = await Watch.start(true);
  const response = await fetch(new URL('events', watch.address));
  for (const event of events.slice(0, 4000)) watch.event(event);
  let text = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    text += new TextDecoder().decode(chunk);
    if (text.endsWith('\n\n')) break;
  }
  watch.close();
  const news = JSON.parse(/data: (.*)\n/.exec(text)?.[1] ?? '') as {
    runs: { ended: unknown; events: number }[];
  };
  expect(news.runs[0]?.ended).toBeNull();
  expect(news.runs[0]?.events).toBeGreaterThan(0);
  expect(news.runs[0]?.events).toBeLessThanOrEqual(4000);
});

test('a lab that fails leaves no server behind', async () => {
  const child = spawn(join(root, 'bin/liangdi'), ['drill', 'steady', '--watch', '--lab', 'local'], {
    cwd: scratch(),
    stdio: 'ignore',
  });
  expect((await once(child, 'close'))[0]).toBe(3);
}, 60_000);
