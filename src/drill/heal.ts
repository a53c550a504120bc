import type { Controls } from '../faults/fault.ts';
import { faultKinds } from '../faults/index.ts';
import { insist } from '../kube/insist.ts';
import { LabError, type Undo, type UndoLog } from '../lab/lab.ts';

/** How long a healing, at a drill's end or after it, waits for an API that has to come back first. */
export const HEALED_WITHIN_MS = 5 * 60_000;

/**
 * Takes back what a drill that is no more has left in force, as the drill would have at its end: lasting faults all at
 * once, since one may have to wait for another; then what momentary ones left behind, the latest first. What needs an API
 * that is away waits for it, at most `withinMs`.
 *
 * @throws LabError that names what could not be healed; the rest is
 */
export async function healLeft(
  left: readonly Undo[],
  controls: Controls,
  log: Pick<UndoLog, 'healed'>,
  withinMs: number,
): Promise<void> {
  const { clock } = controls;
  const deadline = clock.now() + withinMs;
  const failures: string[] = [];
  const heal = async ({ label, fault, target, undo }: Undo) => {
    try {
      const act = () => kindOf(fault).heal(controls, target, undo, label);
      await insist(clock, act, () => clock.now() < deadline);
      await log.healed(label);
    } catch (error) {
      failures.push(`${label} (${fault}): ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await Promise.all(left.filter(({ fault }) => !kindOf(fault).momentary).map(heal));
  for (const each of left.filter(({ fault }) => kindOf(fault).momentary).toReversed()) await heal(each);
  if (failures.length > 0) throw new LabError(`could not be healed: ${failures.join('; ')}`);
}

function kindOf(fault: string) {
  const kind = faultKinds.get(fault);
  if (kind === undefined) throw new LabError(`this version knows no fault ${fault}, so it cannot heal it`);
  return kind;
}
