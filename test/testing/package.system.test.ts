import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import * as testing from '../../src/testing/index.ts';
import { scratch } from '../scratch.ts';

const root = resolve(import.meta.dirname, '../..');

describe('the npm package', () => {
  const folder = scratch();
  const installed = join(folder, 'node_modules/liangdi');
  beforeAll(() => {
    execFileSync('npm', ['pack', '--offline', '--silent', '--pack-destination', folder], { cwd: root });
    const [archive = ''] = readdirSync(folder);
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(folder, archive), '-C', installed, '--strip-components', '1']);
    const needed = Object.keys(manifest('dependencies')).concat(Object.keys(manifest('peerDependencies')));
    for (const name of needed) {
      const link = join(folder, 'node_modules', name);
      mkdirSync(resolve(link, '..'), { recursive: true });
      symlinkSync(join(root, 'node_modules', name), link);
    }
  }, 120_000);

  const manifest = (field: string) =>
    (JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, object>)[field] ??
    {};

  test('offers liangdi/testing to a plain Node', () => {
    const program = `import * as all from 'liangdi/testing'; console.log(Object.keys(all).sort().join());`;
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', program], { cwd: folder });
    expect(String(said)).toBe(`${Object.keys(testing).sort()}\n`);
  });

  test('holds no command and no source: Node strips no types below node_modules', () => {
    expect(manifest('bin')).toEqual({});
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' });
    expect(files.filter(name => /(?<!\.d)\.ts$/.test(name))).toEqual([]);
    expect(readdirSync(installed).sort()).toEqual([
      'LICENSE',
      'README.md',
      'README.zh-CN.md',
      'dist',
      'package.json',
    ]);
  });
});
