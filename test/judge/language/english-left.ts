import type { JournalEvent } from '../../../src/runtime/journal.ts';

/** Terms and names of products that Chinese readers write as they are. */
const TERMS = [
  'liangdi',
  'web-demo',
  'settle: bound',
  'GTM',
  'DNS',
  'RTO',
  'TTL',
  'API',
  'Pod',
  'Deployment',
];

/** The English words in a Chinese text, besides these names, `host.names`, times (`T+06:40.0`) and letters with digits. */
export function englishLeftIn(text: string, names: readonly string[] = []): string[] {
  let rest = text.replace(/[\w-]+(\.[\w-]+)+/g, ' ');
  // The longest first: a name may be in another's.
  for (const name of [...new Set([...names, ...TERMS])].sort((one, other) => other.length - one.length))
    if (name !== '') rest = rest.replaceAll(name, ' ');
  return (rest.match(/[A-Za-z][A-Za-z0-9]*/g) ?? []).filter(word => !/\d/.test(word) && word !== 'T');
}

/** What a journal calls things: names and identifiers that no language changes. */
export function namesIn(events: readonly JournalEvent[]): string[] {
  return [...new Set(events.flatMap(namesOf))];
}

function namesOf(event: JournalEvent): readonly string[] {
  switch (event.kind) {
    case 'deploy':
    case 'approval':
      return [event.application, event.publishVersion ?? ''];
    case 'workflow':
      return Object.keys(event.steps);
    case 'object':
      return [event.centre, event.object];
    case 'plan':
      return [event.centre, event.env, event.config.replace(/\s+/g, ' ').trim()];
    case 'compare':
      return [event.object];
    case 'fault':
      return [event.name, event.name.replace(/\.\d+$/, ''), event.fault, ...event.targets];
    case 'probe':
      return [event.vantage];
    case 'answer':
      return [event.resolver, event.population];
    default:
      return [];
  }
}
