import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scratch } from '../scratch.ts';
import { root } from './liangdi.ts';

const TARGET = `node-${process.platform}-${process.arch}`;

/** A checkout whose packages are there, on a machine with Node 20 and with an npm that does `npm`. */
function checkout(npm: string) {
  const folder = scratch();
  const file = (path: string, text: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), text);
    chmodSync(join(folder, path), 0o755);
  };
  for (const path of ['Makefile', 'package.json', 'package-lock.json', 'bin/node24']) {
    file(path, '');
    copyFileSync(join(root, path), join(folder, path));
  }
  file('node_modules/.installed', '');
  file('machine/node', `#!/bin/sh\n[ "$1" = -p ] && echo ${TARGET.slice(5)} || echo v20.1.0\n`);
  // Called as npm install --prefix FOLDER …
  file('machine/npm', `#!/bin/sh\nbin=$3/node_modules/${TARGET}/bin\nmkdir -p $bin\n${npm}\n`);
  const run = (command: string, ...options: string[]) =>
    new Promise<object>(resolve => {
      const env = { PATH: `${join(folder, 'machine')}:/usr/bin:/bin` };
      execFile(command, options, { cwd: folder, env }, (error, stdout, stderr) =>
        resolve({ code: error?.code ?? 0, stdout, stderr }),
      );
    });
  return { setup: () => run('make', '-s', 'setup'), node24: () => run('bin/node24', '--version'), folder };
}

const WHOLE = `printf '#!/bin/sh\\necho v24.21.0\\n' >$bin/node; chmod +x $bin/node`;
/** An empty program does nothing, with success. */
const HALF = `: >$bin/node; chmod +x $bin/node; kill -9 $$`;

describe('make setup, where Node is too old', () => {
  test('brings one into the folder, which runs from then on', async () => {
    const { setup, node24 } = checkout(WHOLE);
    expect(await setup()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^setup: bringing Node 24/),
    });
    expect(await node24()).toMatchObject({ code: 0, stdout: 'v24.21.0\n' });
    expect(await setup()).toMatchObject({ code: 0, stdout: '' });
  });

  test('that is interrupted leaves none that anybody would run, and the next one brings it', async () => {
    const { setup, node24, folder } = checkout(`[ -e again ] || { touch again; ${HALF}; }\n${WHOLE}`);
    expect(await setup()).not.toMatchObject({ code: 0 });
    expect(existsSync(join(folder, '.node'))).toBe(true);
    expect(await node24()).toMatchObject({
      code: 127,
      stderr:
        "node24: needs Node 24 or newer, found v20.1.0; 'make setup' brings one into the project's folder\n",
    });
    expect(await setup()).toMatchObject({ code: 0 });
    expect(await node24()).toMatchObject({ code: 0, stdout: 'v24.21.0\n' });
  });
});
