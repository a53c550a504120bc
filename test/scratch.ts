import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, onTestFinished, TestRunner } from 'vitest';

/**
 * A new folder for a test's files, which is removed when the test has ended; of one that a file or a `describe` asks for,
 * when their last test has. Not for `beforeAll`, where nobody would remove it.
 */
export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'liangdi-test-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (TestRunner.getCurrentTest()) onTestFinished(remove);
  else afterAll(remove);
  return folder;
}
