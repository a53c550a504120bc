import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inotifyWarning } from '../../src/lab/kind/inotify.ts';

test('a machine with too few inotify instances is told of, with what helps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'liangdi-inotify-'));
  const file = join(folder, 'max_user_instances');
  try {
    writeFileSync(file, '128\n');
    expect(inotifyWarning(file)).toContain('is 128');
    expect(inotifyWarning(file)).toContain('sudo sysctl fs.inotify.max_user_instances=512');
    writeFileSync(file, '512\n');
    expect(inotifyWarning(file)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
  // No such file: not Linux.
  expect(inotifyWarning(file)).toBeUndefined();
});
