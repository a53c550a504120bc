import type { KindInfo } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { decode } from './decoding.ts';
import { firstStatus, withDefaults } from './defaults.ts';
import { invalid } from './errors.ts';
import { faultsOf } from './validation.ts';

/** What comes between a request and the store: decoding, defaults, allocation, validation. */
export class Admission {
  #services = 0;

  /** The object as it may be stored. Throws ApiError BadRequest or Invalid. `current` is what it would replace. */
  admit(info: KindInfo, object: KubeObject, current: KubeObject | undefined): KubeObject {
    const decoded = decode(info, object, current);
    const complete = info.custom ? decoded : this.#allocate(withDefaults(decoded), current);
    const faults = faultsOf(info, complete, current);
    if (faults.length > 0) throw invalid(info, object.metadata.name, faults);
    return current === undefined ? begin(complete) : complete;
  }

  /** A Service keeps its cluster address, or gets one. */
  #allocate(object: KubeObject, current: KubeObject | undefined): KubeObject {
    const { spec } = object;
    if (object.kind !== 'Service' || spec === undefined) return object;
    if (spec['clusterIP'] || spec['type'] === 'ExternalName') return object;
    const address = current?.spec?.['clusterIP'] ?? this.#nextAddress();
    return { ...object, spec: { ...spec, clusterIP: address, clusterIPs: [address] } };
  }

  /** Of 10.96.0.0/16, from 10.96.0.2: the first one is the API's own. */
  #nextAddress(): string {
    const number = ++this.#services + 1;
    return `10.96.${(number >>> 8) & 255}.${number & 255}`;
  }
}

/** What a new object starts with, whatever was asked for. */
function begin(object: KubeObject): KubeObject {
  const status = firstStatus(object);
  const result = status === undefined ? object : { ...object, status };
  if (object.apiVersion !== 'v1' || object.kind !== 'Namespace') return result;
  return { ...result, spec: { ...object.spec, finalizers: ['kubernetes'] } };
}
