import type { KindInfo } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { withDefaults } from './defaults.ts';
import { invalid } from './errors.ts';
import { faultsOf } from './validation.ts';

/** The object as it may be stored: with its defaults, and valid (else ApiError Invalid). `current` is what it replaces. */
export function admit(info: KindInfo, object: KubeObject, current: KubeObject | undefined): KubeObject {
  const complete = withDefaults(object);
  const faults = faultsOf(info, complete, current);
  if (faults.length > 0) throw invalid(info, object.metadata.name, faults);
  return complete;
}
