import * as z from 'zod';
import { type BodyEvent, type PlanEvent, type RequestEvent, succeeded } from '../../runtime/journal.ts';
import type { Page } from '../language/values.ts';
import type { DrillRecord } from '../record.ts';
import { populations, windowed } from '../windows.ts';
import { expectation, inWindow } from './expectation.ts';

const page = z.strictObject({ env: z.string().optional(), contains: z.string().optional() });
type Wanted = z.infer<typeof page>;

/**
 * Every page shows the environment and the configuration that the plan has for the centre that was dialled. While a
 * new version is rolled out, the old one is right too. `shows` says what a centre must show whatever the plan says,
 * so that a wrong plan does not pass: its centres must be seen.
 */
export const configurationMatchesCentre = expectation({
  name: 'configuration-matches-centre',
  schema: z.strictObject({ shows: z.record(z.string(), page).default({}), ...windowed, ...populations }),
  says: ({ shows, ...params }) => ['showsConfiguration', wantedOf(shows), params],
  judge: inWindow(({ shows, populations }, drill, window, findings) => {
    const wrongPlans = versionsOf(drill.plans.filter(({ at }) => at < window.until))
      .filter(plans => !plans.some(plan => agrees(plan, shows[plan.centre])))
      .flat();
    const [plan] = wrongPlans;
    if (plan) {
      return findings.violated(['wrongPlan', plan.centre, shownBy(plan)], { events: wrongPlans });
    }
    const checker = new Checker(drill, shows);
    let pages = 0;
    const wrong: RequestEvent[] = [];
    const unsure: RequestEvent[] = [];
    for (const request of drill.requestsIn(window, populations)) {
      if (!succeeded(request)) continue;
      pages++;
      const isRight = checker.isRight(request);
      if (isRight === undefined) unsure.push(request);
      else if (!isRight) wrong.push(request);
    }
    if (pages === 0) return findings.unknown(['noPage']);
    if (drill.plans.length === 0) return findings.unknown(['noPlan']);
    const figures = { pages, wrong: wrong.length };
    const [first] = wrong;
    if (first) {
      const example = {
        from: String(first.centre ?? first.address),
        time: drill.time(first.at),
        shown: shownBy(drill.body(first.body)),
      };
      return findings.violated(['wrongPages', wrong.length, pages, example], { figures, events: wrong });
    }
    if (unsure.length > 0) {
      return findings.unknown(['pagesUnseen', unsure.length, pages], { figures, events: unsure });
    }
    const unseen = Object.keys(shows).filter(centre => !checker.hasSeen(centre));
    if (unseen.length > 0) return findings.unknown(['noPageFrom', unseen], { figures });
    return findings.held(['allPages', pages], { figures });
  }),
});

interface Shown {
  readonly env?: string;
  readonly config?: string;
}

/** Whether a page or a plan shows what the centre must show. */
function agrees({ env, config }: Shown, wanted: Wanted | undefined): boolean {
  if (wanted === undefined) return true;
  const rightEnv = wanted.env === undefined || wanted.env === env;
  return rightEnv && (wanted.contains === undefined || (config ?? '').includes(wanted.contains));
}

/** What the plan has for a centre: one page or more. */
interface Version extends Rollout {
  readonly at: number;
  readonly pages: readonly PlanEvent[];
}

/** Several pages of one centre are of one version when they were planned together: each of its Deployments shows its own. */
function versionsOf(plans: readonly PlanEvent[]): (readonly [PlanEvent, ...PlanEvent[]])[] {
  const versions = new Map<string, [PlanEvent, ...PlanEvent[]]>();
  for (const plan of plans) {
    const key = JSON.stringify([plan.centre, plan.at, plan.publishVersion]);
    const known = versions.get(key);
    if (known === undefined) versions.set(key, [plan]);
    else known.push(plan);
  }
  return [...versions.values()];
}

class Checker {
  readonly #drill: DrillRecord;
  readonly #shows: Readonly<Record<string, Wanted>>;
  readonly #centres = new Map<string, CentreChecker>();

  constructor(drill: DrillRecord, shows: Readonly<Record<string, Wanted>>) {
    this.#drill = drill;
    this.#shows = shows;
  }

  /** Whether a page of this centre was checked. */
  hasSeen(centre: string): boolean {
    return this.#centres.has(centre);
  }

  isRight(request: RequestEvent): boolean | undefined {
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
  readonly #wanted: Wanted | undefined;
  readonly #versions: readonly Version[];
  /** By body: the versions that it shows; none when it is not what the centre must show. */
  readonly #shown: (readonly Version[] | undefined)[] = [];

  constructor(drill: DrillRecord, centre: string, wanted: Wanted | undefined) {
    this.#drill = drill;
    this.#wanted = wanted;
    this.#versions = versionsOf(drill.plans.filter(plan => plan.centre === centre)).map(pages => ({
      at: pages[0].at,
      pages,
      ...rolloutOf(drill, pages[0]),
    }));
  }

  /** Undefined when the journal does not say what the page showed, or whether its version was right by then. */
  isRight({ body = 0, sent, at }: RequestEvent): boolean | undefined {
    this.#shown[body] ??= this.#versionsOf(this.#drill.body(body));
    const shown = this.#shown[body];
    if (shown.length === 0) return this.#drill.body(body) === undefined ? undefined : false;
    let isSeen = true;
    for (let i = this.#versions.length - 1; i >= 0; i--) {
      const version = this.#versions[i] as Version;
      if (version.at > at) continue;
      if (shown.includes(version)) return isSeen ? true : undefined;
      if (version.complete !== undefined && version.complete <= sent) return false;
      isSeen &&= version.isSeen;
    }
    return false;
  }

  #versionsOf(body: BodyEvent | undefined): readonly Version[] {
    if (body?.env === undefined || !agrees(body, this.#wanted)) return [];
    const { env, config = '' } = body;
    return this.#versions.filter(({ pages }) =>
      pages.some(page => page.env === env && page.config.trim() === config.trim()),
    );
  }
}

/** How far the rollout of a plan came. */
interface Rollout {
  /** Whether the hub said anything of it. */
  readonly isSeen: boolean;
  /**
   * The first time that the hub said `running` after the rollout was seen to be under way. (Right after the deployment
   * the status is still that of the version before.) Undefined when that was not seen.
   */
  readonly complete?: number;
}

function rolloutOf(drill: DrillRecord, plan: PlanEvent): Rollout {
  let isSeen = false;
  let underWay = false;
  for (const { at, phase, publishVersion } of drill.workflow) {
    if (at < plan.at || publishVersion !== plan.publishVersion) continue;
    isSeen = true;
    if (phase !== 'running') underWay = true;
    else if (underWay) return { isSeen, complete: at };
  }
  return { isSeen };
}

function shownBy(shown: Shown | BodyEvent | PlanEvent | undefined): Page {
  if (shown?.env === undefined) return null;
  return { env: shown.env, config: (shown.config ?? '').replace(/\s+/g, ' ').trim() };
}

function wantedOf(shows: Readonly<Record<string, Wanted>>): { centre: string; texts: string[] }[] {
  return Object.entries(shows).map(([centre, { env, contains }]) => ({
    centre,
    texts: [env, contains].filter(text => text !== undefined),
  }));
}
