import { isObject, type JsonObject, withoutNulls } from '../json.ts';
import type { KindInfo } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { isQuantity } from '../quantity.ts';
import { badRequest } from './errors.ts';

/**
 * What decoding into the API's own types does to an object: fields that are null are as good as absent. Throws
 * ApiError BadRequest for a value of the wrong type, of those that unquoted YAML makes most often.
 */
export function decode(info: KindInfo, object: KubeObject, current: KubeObject | undefined): KubeObject {
  checkTypes(info, object, current, metadataTypes);
  if (info.custom) {
    const metadata = withoutNulls(object.metadata);
    return metadata === object.metadata ? object : { ...object, metadata };
  }
  const types = typesOf.get(info.kind);
  if (types !== undefined) checkTypes(info, object, current, types);
  return withoutNulls(object);
}

type Check = (value: unknown) => boolean;
type Types = readonly (readonly [path: readonly string[], type: string, check: Check])[];

const isMap: Check = isObject;
const isString: Check = value => typeof value === 'string';
const isStrings: Check = value =>
  isObject(value) && Object.values(value).every(item => item === null || isString(item));
const isCount: Check = value => Number.isInteger(value) && Math.abs(Number(value)) < 2 ** 31;
const isTruth: Check = value => typeof value === 'boolean';
const isBase64: Check = value =>
  isStrings(value) &&
  Object.values(value as JsonObject).every(
    item => item === null || /^([\w+/]{4})*([\w+/]{2}==|[\w+/]{3}=)?$/.test(String(item)),
  );
const isTexts: Check = value => Array.isArray(value) && value.every(isString);
const isQuantities: Check = value => isObject(value) && Object.values(value).every(isQuantity);
const isList: Check = value => Array.isArray(value) && value.every(isObject);

const amounts = 'a map of quantities such as 500m or 1Gi';

const metadataTypes = shapeOf([
  [['metadata'], 'a map', isMap],
  [['metadata', 'name'], 'a string', isString],
  [['metadata', 'labels'], 'a map of strings', isStrings],
  [['metadata', 'annotations'], 'a map of strings', isStrings],
]);

/** `[]` is each element of a list. */
const containerTypes = (...at: string[]): Types => [
  [at, 'a list of maps', isList],
  [[...at, '[]', 'image'], 'a string', isString],
  [[...at, '[]', 'command'], 'a list of strings', isTexts],
  [[...at, '[]', 'args'], 'a list of strings', isTexts],
  [[...at, '[]', 'env'], 'a list of maps', isList],
  [[...at, '[]', 'env', '[]', 'value'], 'a string', isString],
  [[...at, '[]', 'ports'], 'a list of maps', isList],
  [[...at, '[]', 'ports', '[]', 'containerPort'], 'a whole number', isCount],
  [[...at, '[]', 'resources', 'limits'], amounts, isQuantities],
  [[...at, '[]', 'resources', 'requests'], amounts, isQuantities],
  [[...at, '[]', 'volumeMounts'], 'a list of maps', isList],
  ...['readinessProbe', 'livenessProbe', 'startupProbe'].flatMap(
    (probe): Types => [
      [[...at, '[]', probe], 'a map', isMap],
      ...[
        'initialDelaySeconds',
        'timeoutSeconds',
        'periodSeconds',
        'successThreshold',
        'failureThreshold',
      ].map((span): Types[number] => [[...at, '[]', probe, span], 'a whole number', isCount]),
    ],
  ),
];

const podTypes = (...at: string[]): Types => [
  ...containerTypes(...at, 'containers'),
  ...containerTypes(...at, 'initContainers'),
  [[...at, 'hostNetwork'], 'true or false', isTruth],
  [[...at, 'nodeSelector'], 'a map of strings', isStrings],
  [[...at, 'terminationGracePeriodSeconds'], 'a whole number', isCount],
  [[...at, 'tolerations'], 'a list of maps', isList],
  [[...at, 'volumes'], 'a list of maps', isList],
];

const templateTypes: Types = [
  [['spec'], 'a map', isMap],
  [['spec', 'minReadySeconds'], 'a whole number', isCount],
  [['spec', 'paused'], 'true or false', isTruth],
  [['spec', 'progressDeadlineSeconds'], 'a whole number', isCount],
  [['spec', 'replicas'], 'a whole number', isCount],
  [['spec', 'revisionHistoryLimit'], 'a whole number', isCount],
  [['spec', 'strategy'], 'a map', isMap],
  [['spec', 'selector'], 'a map', isMap],
  [['spec', 'selector', 'matchLabels'], 'a map of strings', isStrings],
  [['spec', 'selector', 'matchExpressions'], 'a list of maps', isList],
  [['spec', 'template'], 'a map', isMap],
  [['spec', 'template', 'metadata'], 'a map', isMap],
  [['spec', 'template', 'metadata', 'annotations'], 'a map of strings', isStrings],
  [['spec', 'template', 'metadata', 'labels'], 'a map of strings', isStrings],
  [['spec', 'template', 'spec'], 'a map', isMap],
  ...podTypes('spec', 'template', 'spec'),
];

const toService = ['spec', 'rules', '[]', 'http', 'paths', '[]', 'backend', 'service'];

const typesOf = new Map<string, Shape>(
  Object.entries<Types>({
    Deployment: templateTypes,
    ReplicaSet: templateTypes,
    StatefulSet: templateTypes,
    DaemonSet: templateTypes,
    Pod: [[['spec'], 'a map', isMap], ...podTypes('spec')],
    ConfigMap: [
      [['data'], 'a map of strings', isStrings],
      [['immutable'], 'true or false', isTruth],
    ],
    Secret: [
      [['data'], 'a map of base64 strings', isBase64],
      [['immutable'], 'true or false', isTruth],
      [['stringData'], 'a map of strings', isStrings],
    ],
    Service: [
      [['spec'], 'a map', isMap],
      [['spec', 'selector'], 'a map of strings', isStrings],
      [['spec', 'ports'], 'a list of maps', isList],
      [['spec', 'ports', '[]', 'port'], 'a whole number', isCount],
    ],
    Ingress: [
      [['spec'], 'a map', isMap],
      [['spec', 'rules'], 'a list of maps', isList],
      [['spec', 'rules', '[]', 'http'], 'a map', isMap],
      [['spec', 'rules', '[]', 'http', 'paths'], 'a list of maps', isList],
      [[...toService], 'a map', isMap],
      [[...toService, 'port'], 'a map', isMap],
      [[...toService, 'port', 'number'], 'a whole number', isCount],
    ],
  }).map(([kind, types]) => [kind, shapeOf(types)]),
);

function checkTypes(info: KindInfo, object: KubeObject, current: KubeObject | undefined, types: Shape): void {
  const found = misfit(object, current, types);
  if (found === undefined) return;
  const place = found.place.replace(/^\./, '');
  throw badRequest(
    `${info.kind} in version "${info.apiVersion}" cannot be handled as a ${info.kind}: ${place} must be ${found.type}`,
  );
}

/** What must be of a type at a place, and below it: all paths that begin alike are walked as one. */
interface Shape {
  type?: string;
  check?: Check;
  /** Of each element, where this is a list. */
  element?: Shape;
  readonly fields: [name: string, shape: Shape][];
}

function shapeOf(types: Types): Shape {
  const root: Shape = { fields: [] };
  for (const [path, type, check] of types) {
    let shape = root;
    for (const step of path) shape = below(shape, step);
    Object.assign(shape, { type, check });
  }
  return root;
}

function below(shape: Shape, step: string): Shape {
  const known = step === '[]' ? shape.element : shape.fields.find(([name]) => name === step)?.[1];
  if (known !== undefined) return known;
  const fresh: Shape = { fields: [] };
  if (step === '[]') shape.element = fresh;
  else shape.fields.push([step, fresh]);
  return fresh;
}

interface Misfit {
  readonly place: string;
  readonly type: string;
}

/** The first value of another type; absent and null ones never are, nor what was there before. */
function misfit(
  value: unknown,
  before: unknown,
  { type = '', check, element, fields }: Shape,
): Misfit | undefined {
  if (value === undefined || value === null || value === before) return undefined;
  if (check !== undefined && !check(value)) return { place: '', type };
  if (element !== undefined && Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const found = misfit(value[index], undefined, element);
      if (found !== undefined) return { ...found, place: `[${index}]${found.place}` };
    }
  }
  for (const [field, shape] of fields) {
    const found = misfit((value as JsonObject)[field], (before as JsonObject | undefined)?.[field], shape);
    if (found !== undefined) return { ...found, place: `.${field}${found.place}` };
  }
  return undefined;
}
