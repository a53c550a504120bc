import { type Lab, LabError } from '../lab/lab.ts';
import { type SimulatedLabOptions, simulatedLab } from '../lab/simulated.ts';
import { seededRandom } from '../runtime/random-seeded.ts';
import { VirtualClock } from '../runtime/virtual-clock.ts';
import { imagesIn } from './images.ts';
import { type Scenario, vantagePointsOf } from './scenario.ts';
import { refuseUnserved } from './unserved.ts';

export interface LabOptions {
  readonly lab: string;
  /** A whole number from 0 to 2^32 - 1; the same seed gives the same journal. */
  readonly seed: number;
  /** Where a lab on real parts keeps what the run needs; made when it is not there. */
  readonly runFolder?: string;
  /** Leaves a real lab's clusters running, for the next drill. */
  readonly keep?: boolean;
  /** Ends what runs on the lab early: faults are healed, the journal ends with `interrupted`. */
  readonly signal?: AbortSignal;
}

/** A lab, and how its time is made to pass while something runs on it. */
export interface Runnable {
  readonly lab: Lab;
  readonly run: (work: () => Promise<void>) => Promise<void>;
}

/** @throws LabError when there is no such lab, or it cannot be had on this machine. */
export async function labOf(options: LabOptions, scenario: Scenario): Promise<Runnable> {
  switch (options.lab) {
    case 'simulated': {
      if (scenario.topology.engine !== 'liangdi')
        throw new LabError(
          `the simulated lab runs liangdi's own engine: ${scenario.topology.engine} needs real clusters (--lab kind), ` +
            'or say --engine liangdi',
        );
      refuseUnserved(scenario);
      const clock = new VirtualClock();
      return { lab: simulatedLab({ ...partsOf(options, scenario), clock }), run: work => clock.run(work) };
    }
    case 'kind':
      return { lab: await kindLabOf(options, scenario), run: work => work() };
  }
  throw new LabError(`the lab "${options.lab}" is not available; available: simulated, kind`);
}

function partsOf({ seed }: LabOptions, scenario: Scenario): Omit<SimulatedLabOptions, 'clock'> {
  const { clients, topology, gtm, application } = scenario;
  return {
    topology,
    random: seededRandom(seed),
    application: {
      namespace: application.namespace,
      name: application.name,
      host: clients.name,
      path: clients.path,
      port: clients.port,
    },
    vantagePoints: vantagePointsOf(gtm),
  };
}

/** Imported here alone: Docker's and Kubernetes' clients would cost each simulated drill half a second. */
export async function kindLabOf(options: LabOptions, scenario: Scenario): Promise<Lab> {
  const { runFolder, keep, signal } = options;
  if (runFolder === undefined) throw new Error('the kind lab needs a folder for its run');
  const { kindLab } = await import('../lab/kind/lab.ts');
  const parts = partsOf(options, scenario);
  const images = imagesIn([scenario.application.objects, scenario.timeline]);
  return await kindLab({
    ...parts,
    application: { ...parts.application, images },
    runFolder,
    ...(keep === undefined ? {} : { keep }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** A lab that somebody brought up before, as it is; the simulated one, which lives with its process, comes up afresh. */
export async function attachedLabOf(options: LabOptions, scenario: Scenario): Promise<Runnable> {
  if (options.lab !== 'kind') return labOf(options, scenario);
  const { attachedKindLab } = await import('../lab/kind/attached.ts');
  return { lab: await attachedKindLab(partsOf(options, scenario)), run: work => work() };
}
