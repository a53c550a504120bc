import * as z from 'zod';
import { type BodyEvent, type PlanEvent, type RequestEvent, succeeded } from '../../runtime/journal.ts';
import type { DrillRecord } from '../record.ts';
import { describeWindow, populations, windowed } from '../windows.ts';
import { count, list } from '../words.ts';
import { expectation, inWindow } from './expectation.ts';

const page = z.strictObject({ env: z.string().optional(), contains: z.string().optional() });
type Page = z.infer<typeof page>;

/**
 * Every page shows the environment and the configuration that the plan has for the centre that was dialled. While a
 * new version is rolled out, the old one is right too. `shows` says what a centre must show whatever the plan says,
 * so that a wrong plan does not pass: its centres must be seen.
 */
export const configurationMatchesCentre = expectation({
  name: 'configuration-matches-centre',
  schema: z.strictObject({ shows: z.record(z.string(), page).default({}), ...windowed, ...populations }),
  says: ({ shows, ...params }) =>
    `every page shows the configuration of the centre that served it${describeShows(shows)} (${describeWindow(params)})`,
  judge: inWindow(({ shows, populations }, drill, window, findings) => {
    const wrongPlans = drill.plans.filter(
      plan => plan.at < window.until && !agrees(plan, shows[plan.centre]),
    );
    const [plan] = wrongPlans;
    if (plan) {
      const text = `The plan for ${plan.centre} is not what the centre must show: ${describePage(plan)}.`;
      return findings.violated(text, { events: wrongPlans });
    }
    const checker = new Checker(drill, shows);
    let pages = 0;
    const wrong: RequestEvent[] = [];
    for (const request of drill.requestsIn(window, populations)) {
      if (!succeeded(request)) continue;
      pages++;
      if (!checker.isRight(request)) wrong.push(request);
    }
    if (pages === 0) return findings.unknown('No client was shown a page.');
    if (drill.plans.length === 0) return findings.unknown('The journal holds no plan.');
    const figures = { pages, wrong: wrong.length };
    const [first] = wrong;
    if (first) {
      return findings.violated(
        `${count(wrong.length, 'page')} of ${pages} were wrong; the first, from ${first.centre ?? first.address}` +
          ` at ${drill.time(first.at)}, showed ${describePage(drill.body(first.body))}.`,
        { figures, events: wrong },
      );
    }
    const unseen = Object.keys(shows).filter(centre => !checker.hasSeen(centre));
    if (unseen.length > 0) return findings.unknown(`No page came from ${list(unseen)}.`, { figures });
    return findings.held(`All of ${count(pages, 'page')} showed it.`, { figures });
  }),
});

interface Shown {
  readonly env?: string;
  readonly config?: string;
}

/** Whether a page or a plan shows what the centre must show. */
function agrees({ env, config }: Shown, wanted: Page | undefined): boolean {
  if (wanted === undefined) return true;
  const rightEnv = wanted.env === undefined || wanted.env === env;
  return rightEnv && (wanted.contains === undefined || (config ?? '').includes(wanted.contains));
}

/** A plan and the time at which its rollout was complete; undefined when that was not seen. */
interface Version {
  readonly plan: PlanEvent;
  readonly complete: number | undefined;
}

class Checker {
  readonly #drill: DrillRecord;
  readonly #shows: Readonly<Record<string, Page>>;
  readonly #centres = new Map<string, CentreChecker>();

  constructor(drill: DrillRecord, shows: Readonly<Record<string, Page>>) {
    this.#drill = drill;
    this.#shows = shows;
  }

  /** Whether a page of this centre was checked. */
  hasSeen(centre: string): boolean {
    return this.#centres.has(centre);
  }

  isRight(request: RequestEvent): boolean {
    const { centre = '' } = request;
    let checker = this.#centres.get(centre);
    if (checker === undefined) {
      checker = new CentreChecker(this.#drill, centre, this.#shows[centre]);
      this.#centres.set(centre, checker);
    }
    return checker.isRight(request);
  }
}

class CentreChecker {
  readonly #drill: DrillRecord;
  readonly #wanted: Page | undefined;
  readonly #versions: readonly Version[];
  /** By body: the versions that it shows; none when it is not what the centre must show. */
  readonly #shown: (readonly Version[] | undefined)[] = [];

  constructor(drill: DrillRecord, centre: string, wanted: Page | undefined) {
    this.#drill = drill;
    this.#wanted = wanted;
    this.#versions = drill.plans
      .filter(plan => plan.centre === centre)
      .map(plan => ({ plan, complete: completion(drill, plan) }));
  }

  isRight({ body = 0, sent, at }: RequestEvent): boolean {
    this.#shown[body] ??= this.#versionsOf(this.#drill.body(body));
    const shown = this.#shown[body];
    if (shown.length === 0) return false;
    for (let i = this.#versions.length - 1; i >= 0; i--) {
      const version = this.#versions[i] as Version;
      if (version.plan.at > at) continue;
      if (shown.includes(version)) return true;
      if (version.complete !== undefined && version.complete <= sent) return false;
    }
    return false;
  }

  #versionsOf(body: BodyEvent | undefined): readonly Version[] {
    if (body?.env === undefined || !agrees(body, this.#wanted)) return [];
    const { env, config = '' } = body;
    return this.#versions.filter(({ plan }) => plan.env === env && plan.config.trim() === config.trim());
  }
}

/**
 * The first time that the hub said `running` after the plan's rollout was seen to be under way. (Right after the
 * deployment the status is still that of the version before.)
 */
function completion(drill: DrillRecord, plan: PlanEvent): number | undefined {
  let underWay = false;
  for (const { at, phase, publishVersion } of drill.workflow) {
    if (at < plan.at || publishVersion !== plan.publishVersion) continue;
    if (phase !== 'running') underWay = true;
    else if (underWay) return at;
  }
  return undefined;
}

function describePage(shown: Shown | BodyEvent | PlanEvent | undefined): string {
  if (shown?.env === undefined) return "not web-demo's page";
  return `env ${shown.env}, config ${(shown.config ?? '').replace(/\s+/g, ' ').trim()}`;
}

function describeShows(shows: Readonly<Record<string, Page>>): string {
  const each = Object.entries(shows).map(
    ([centre, { env, contains }]) =>
      `${centre}: ${[env, contains].filter(text => text !== undefined).join(', ')}`,
  );
  return each.length > 0 ? ` (${each.join('; ')})` : '';
}
