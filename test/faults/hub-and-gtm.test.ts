import { describe, expect, test } from 'vitest';
import { smallDrill } from './small-drill.ts';

const everyRequest = (journal: Awaited<ReturnType<typeof smallDrill>>) =>
  new Set(journal.of('request').map(({ status, failure }) => status ?? failure));

describe('gtm-dns-down', () => {
  test('resolvers that serve stale answers go on, others fail; the name is never said not to exist', async () => {
    const client = { share: '50%', clients: 4 };
    const journal = await smallDrill(
      [{ at: '10s', for: '30s', fault: 'gtm-dns-down', name: 'mute' }],
      '80s',
      {
        populations: [
          { ...client, name: 'honest' },
          { ...client, name: 'stale', resolver: { cache: { serveStale: '1h' } } },
        ],
      },
    );
    const outcomes = (population: string, from: number, until: number) =>
      new Set(
        journal
          .of('request')
          .filter(each => each.population === population)
          .filter(({ sent }) => journal.time(sent) >= from && journal.time(sent) < until)
          .map(({ status, failure }) => status ?? failure),
      );
    expect(outcomes('honest', 15, 34)).toEqual(new Set(['dns']));
    expect(outcomes('stale', 0, 80)).toEqual(new Set([200]));
    expect(outcomes('honest', 60, 80)).toEqual(new Set([200]));
    expect(new Set(journal.of('answer').map(({ failure }) => failure))).toEqual(
      new Set([undefined, 'timeout']),
    );
  });
});

describe('hub-down', () => {
  const version9 = { deploy: { publishVersion: 'version9' } };

  test('a workflow that waits for approval goes on once the hub is back; traffic is not touched', async () => {
    const journal = await smallDrill(
      [
        { at: '5s', ...version9 },
        { at: '40s', for: '60s', fault: 'hub-down', name: 'no-hub' },
        { at: '50s', approve: 'deploy-cluster2-beijing' },
      ],
      '200s',
    );
    const phases = journal.of('workflow', 5).map(({ phase }) => phase);
    expect(phases).toContain('workflowSuspending');
    expect(phases.at(-1)).toBe('running');
    const second = journal
      .of('object')
      .filter(({ centre, publishVersion }) => centre === 'cluster2-beijing' && publishVersion === 'version9');
    expect(journal.time(second[0]?.at ?? 0)).toBeGreaterThan(journal.when('no-hub', 'healed'));
    expect(journal.differences).toEqual([]);
    expect(everyRequest(journal)).toEqual(new Set([200]));
  });

  test('a deploy waits until the hub is back', async () => {
    const journal = await smallDrill(
      [
        { at: '5s', for: '60s', fault: 'hub-down', name: 'no-hub' },
        { at: '20s', ...version9 },
      ],
      '100s',
    );
    const [deployed] = journal.of('deploy', 5);
    expect(deployed?.publishVersion).toBe('version9');
    expect(journal.time(deployed?.at ?? 0)).toBeGreaterThan(journal.when('no-hub', 'healed'));
    expect(journal.of('workflow', 65).map(({ publishVersion }) => publishVersion)).toContain('version9');
  });

  test('a deploy to a hub that stays away is never made, and the drill ends in time', async () => {
    const journal = await smallDrill(
      [
        { at: '5s', fault: 'hub-down' },
        { at: '20s', ...version9 },
      ],
      '60s',
    );
    expect(journal.of('deploy', 5)).toEqual([]);
    expect(journal.differences).toEqual([]);
    expect(journal.events.at(-1)).toMatchObject({ kind: 'end', reason: 'finished' });
  });
});
