import { readdirSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf, ROOT, readSource, tokensOf, typescriptFiles } from './source.ts';

/** A folder of src may import itself and those before it. */
const LAYERS = [
  'runtime',
  'kube',
  'engine',
  'testing',
  'gtm',
  'traffic',
  'faults',
  'lab',
  'drill',
  'gate',
  'report',
  'cli',
];

/** Imports of `file` that point to a later folder or out of src. */
function upward(file: string, source: string): string[] {
  const own = LAYERS.indexOf(layerOf(file));
  return importsOf(tokensOf(source))
    .filter(({ text }) => text.startsWith('.'))
    .map(({ text, line }) => ({ line, target: normalize(join(dirname(file), text)) }))
    .filter(({ target }) => {
      const layer = LAYERS.indexOf(layerOf(target));
      return layer < 0 || layer > own;
    })
    .map(({ line, target }) => `${file}:${line} imports ${target}`);
}

function layerOf(path: string): string {
  const [src, layer] = path.split(sep);
  return src === 'src' ? (layer ?? '') : '';
}

describe('imports point one way', () => {
  test.each(typescriptFiles('src'))('%s', file => {
    expect(upward(file, readSource(file))).toEqual([]);
  });

  test('among the folders that there are', () => {
    expect(readdirSync(join(ROOT, 'src')).filter(name => !LAYERS.includes(name))).toEqual([]);
  });
});

describe('the check', () => {
  test.each([
    [
      'src/runtime/a.ts',
      "import { x } from '../kube/client.ts';",
      'src/runtime/a.ts:1 imports src/kube/client.ts',
    ],
    [
      'src/engine/traits/env.ts',
      "\nimport type { x } from '../../gtm/health.ts';",
      'src/engine/traits/env.ts:2',
    ],
    ['src/drill/a.ts', "export * from '../report/html.ts';", 'src/drill/a.ts:1 imports src/report/html.ts'],
    ['src/faults/a.ts', "await import('../lab/lab.ts');", 'src/faults/a.ts:1 imports src/lab/lab.ts'],
    ['src/cli/a.ts', "import x from '../../test/source.ts';", 'src/cli/a.ts:1 imports test/source.ts'],
  ])('finds in %s: %s', (file, source, finding) => {
    expect(upward(file, source)).toEqual([expect.stringContaining(finding)]);
  });

  test.each([
    ['src/cli/a.ts', "import { x } from '../runtime/clock.ts';"],
    ['src/kube/simulated/a.ts', "import { x } from '../objects.ts';"],
    ['src/gtm/a.ts', "import * as z from 'zod'; import { join } from 'node:path';"],
    ['src/gtm/a.ts', "// import { x } from '../cli/a.ts'"],
  ])('lets pass in %s: %s', (file, source) => {
    expect(upward(file, source)).toEqual([]);
  });
});
