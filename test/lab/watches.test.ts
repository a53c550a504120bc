import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tooFewWatches } from '../../src/lab/kind/watches.ts';

test('a machine with too few inotify instances is told of, with what helps', () => {
  const folder = mkdtempSync(join(tmpdir(), 'liangdi-watches-'));
  const file = join(folder, 'max_user_instances');
  try {
    writeFileSync(file, '128\n');
    expect(tooFewWatches(file)).toContain('is 128');
    expect(tooFewWatches(file)).toContain('sudo sysctl fs.inotify.max_user_instances=512');
    writeFileSync(file, '512\n');
    expect(tooFewWatches(file)).toBeUndefined();
  } finally {
    rmSync(folder, { recursive: true });
  }
  // No such file: not Linux.
  expect(tooFewWatches(file)).toBeUndefined();
});
