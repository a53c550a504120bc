import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalEvent } from '../runtime/journal.ts';

/** A journal of an hour's drill with a thousand requests a second stays below this. */
const LARGEST_JOURNAL = 1024 * 1024 * 1024;

/** The journal of a run that is named by its folder or by the journal itself. */
export function journalFile(run: string): string {
  const isFolder = statSync(run, { throwIfNoEntry: false })?.isDirectory() ?? false;
  return isFolder ? join(run, 'journal.ndjson') : run;
}

/** @throws InputError when there is none, or it is not a journal of a scenario. */
export async function readJournal(run: string): Promise<JournalEvent[]> {
  const [{ readBytes }, { parseNdjson }, { readSettings }] = await Promise.all([
    import('../runtime/read-text.ts'),
    import('../runtime/journal-ndjson.ts'),
    import('../judge/settings.ts'),
  ]);
  const file = journalFile(run);
  const events = parseNdjson(readBytes(file, LARGEST_JOURNAL), file);
  // Who judges them does not know where they come from.
  if (events[0]?.kind === 'drill') readSettings(events[0], file);
  return events;
}
