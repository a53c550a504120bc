import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePage } from '../../src/traffic/page.ts';

test("the article's page shows its environment and its configuration, word for word", () => {
  const config = '{\n  database-host: "beijing-db.pg.aliyun.com"\n}\n';
  expect(parsePage(`This is env cluster1-beijing !\nConfig file is ${config}`)).toEqual({
    env: 'cluster1-beijing',
    config,
  });
});

test('other pages show nothing', () => {
  for (const text of [
    '',
    '<html>\n<head><title>503 Service Temporarily Unavailable</title></head>',
    'This is env cluster1-beijing !',
    ' This is env a !\nConfig file is b',
    'This is env a\nConfig file is b',
  ]) {
    expect(parsePage(text)).toBeUndefined();
  }
});

test('whatever the configuration holds is kept', () => {
  fc.assert(
    fc.property(fc.string(), config => {
      expect(parsePage(`This is env a !\nConfig file is ${config}`)).toEqual({ env: 'a', config });
    }),
  );
});
