import type { FaultKind } from '../faults/fault.ts';
import type { Json } from '../kube/objects.ts';

/**
 * The states that faults have put their targets into. Faults on one target that cannot be told apart, being of one kind or
 * taking away the same, share a state: the first says how it was before, the last to be healed restores that.
 */
export class Standing {
  readonly #states = new Map<string, State>();

  of(kind: FaultKind, target: string): State {
    if (kind.stacks) return new State();
    const key = `${kind.takes ?? kind.kind}/${target}`;
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

  /** Returns what restores it. */
  async enter(prepare: () => Promise<Json>): Promise<Json> {
    await this.#inTurn(async () => {
      if (this.#holders === 0) this.#undo = await prepare();
      this.#holders++;
    });
    return this.#undo;
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
