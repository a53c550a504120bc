import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inotifyWarning } from '../../src/lab/kind/inotify.ts';
import { scratch } from '../scratch.ts';

test('a machine with too few inotify instances is told of, with what helps', () => {
  const file = join(scratch(), 'max_user_instances');
  // No such file: not Linux.
  expect(inotifyWarning(file)).toBeUndefined();
  writeFileSync(file, '128\n');
  expect(inotifyWarning(file)).toContain('is 128');
  expect(inotifyWarning(file)).toContain('sudo sysctl fs.inotify.max_user_instances=512');
  writeFileSync(file, '512\n');
  expect(inotifyWarning(file)).toBeUndefined();
});
