/**
 * The wall clock's time as `20261124T155906Z` (ISO 8601 basic format, UTC, whole seconds): names a run's folder.
 * The only place where the calendar comes in; nothing in a journal or verdict depends on it.
 */
export function wallStamp(date: Date = new Date()): string {
  return date.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** The same in milliseconds since 1970, for what people outside see: API calls are dated, and say when things were made. */
export function wallTime(): number {
  return Date.now();
}
