import type { FaultKind } from '../faults/fault.ts';
import type { Json } from '../kube/objects.ts';

/**
 * The states that faults have put their targets into. Faults of one kind on one target that cannot be told apart share
 * a state: the first says how it was before, the last to be healed restores that.
 */
export class Standing {
  readonly #states = new Map<string, State>();

  of(kind: FaultKind, target: string): State {
    if (kind.stacks) return new State();
    const key = `${kind.kind}/${target}`;
    const state = this.#states.get(key) ?? new State();
    this.#states.set(key, state);
    return state;
  }
}

export class State {
  #holders = 0;
  #undo: Json = null;
  /** One at a time: nobody may look at a state that is being restored. */
  #turn: Promise<unknown> = Promise.resolve();

  enter(prepare: () => Promise<Json>): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#holders === 0) this.#undo = await prepare();
      this.#holders++;
    });
  }

  leave(restore: (undo: Json) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      this.#holders--;
      if (this.#holders === 0) await restore(this.#undo);
    });
  }

  #inTurn(act: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(act);
    this.#turn = done.catch(() => undefined);
    return done;
  }
}
