import { statusOf } from '../engine/controller/status.ts';
import { APPLICATION, PUBLISH_VERSION } from '../engine/model.ts';
import { follow } from '../kube/follow.ts';
import type { Kind, KubeObject } from '../kube/objects.ts';
import type { Lab } from '../lab/lab.ts';
import type { Journal, ObjectEvent } from '../runtime/journal.ts';
import type { Manifests } from './application.ts';

/** The rollout as the hub shows it. */
export interface RolloutState {
  readonly phase: string;
  /** Of the workflow that runs, or has run last. */
  readonly publishVersion?: string;
  /** Phase of each step; in the place of a group that has begun are its sub steps. */
  readonly steps: Readonly<Record<string, string>>;
}

/** Watches the hub's Application; others wait on it. */
export class RolloutWatch {
  state: RolloutState = { phase: '', steps: {} };
  readonly #waiting = new Set<() => void>();

  update(state: RolloutState): void {
    this.state = state;
    for (const check of [...this.#waiting]) check();
  }

  /** Resolves as soon as the state satisfies `predicate`; never, if it never does. */
  until(predicate: (state: RolloutState) => boolean): Promise<RolloutState> {
    return new Promise(resolve => {
      const check = () => {
        if (!predicate(this.state)) return;
        this.#waiting.delete(check);
        resolve(this.state);
      };
      this.#waiting.add(check);
      check();
    });
  }
}

/** Kubernetes itself puts this ConfigMap into every namespace: nobody distributes it. */
const ROOT_CA = 'kube-root-ca.crt';

/** Objects of a kind in a namespace. */
export interface Watched extends Kind {
  readonly namespace: string;
}

/** Journals what the APIs of hub and centres show of the application, whoever did it. */
export function observe(
  lab: Lab,
  manifests: Manifests,
  watched: readonly Watched[],
  journal: Journal,
): { rollout: RolloutWatch; close(): void } {
  const { clock } = lab;
  const { namespace, name } = manifests;
  const rollout = new RolloutWatch();
  let last = '';
  const follows = [
    follow({ client: lab.hub, clock, kind: APPLICATION, namespace }, ({ object }) => {
      if (object.metadata.name !== name) return;
      const state = rolloutState(object);
      const line = JSON.stringify(state);
      if (line === last) return;
      last = line;
      journal.append({
        at: clock.now(),
        kind: 'workflow',
        application: name,
        ...state,
        steps: { ...state.steps },
      });
      rollout.update(state);
    }),
  ];
  for (const centre of lab.centres)
    for (const { namespace: within, ...kind } of watched)
      follows.push(
        follow(
          { client: lab.controls.centre(centre.name).kube, clock, kind, namespace: within },
          ({ type, object }) => {
            if (object.kind === 'ConfigMap' && object.metadata.name === ROOT_CA) return;
            journal.append({
              at: clock.now(),
              kind: 'object',
              centre: centre.name,
              verb: type,
              ...objectFields(object),
            });
          },
        ),
      );
  return {
    rollout,
    close() {
      for (const each of follows) each.close();
    },
  };
}

function rolloutState(application: KubeObject): RolloutState {
  const { status, workflow } = statusOf(application);
  const isPublished = application.metadata.annotations?.[PUBLISH_VERSION] !== undefined;
  // The workflow's own version: right after a new one was applied, the status still tells of the old one.
  const version = isPublished ? workflow?.appRevision : undefined;
  const steps = (workflow?.steps ?? []).flatMap(step => step.subSteps ?? [step]);
  return {
    ...(version === undefined ? {} : { publishVersion: version }),
    phase: status ?? '',
    steps: Object.fromEntries(steps.map(step => [step.name, step.phase])),
  };
}

function objectFields(object: KubeObject): Omit<ObjectEvent, 'at' | 'kind' | 'centre' | 'verb'> {
  const { metadata, spec, status } = object;
  const publishVersion = metadata.annotations?.[PUBLISH_VERSION];
  return {
    object: `${object.kind} ${metadata.namespace}/${metadata.name}`,
    ...(metadata.generation === undefined ? {} : { generation: metadata.generation }),
    ...(publishVersion === undefined ? {} : { publishVersion }),
    ...(object.kind === 'Deployment'
      ? { replicas: Number(spec?.['replicas'] ?? 1), ready: Number(status?.['readyReplicas'] ?? 0) }
      : {}),
  };
}
