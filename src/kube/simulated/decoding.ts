import { isObject, type JsonObject, withoutNulls } from '../json.ts';
import type { KindInfo } from '../kinds.ts';
import type { KubeObject } from '../objects.ts';
import { badRequest } from './errors.ts';
import { isQuantity } from './quantity.ts';

/**
 * What decoding into the API's own types does to an object: fields that are null are as good as absent. Throws
 * ApiError BadRequest for a value of the wrong type, of those that unquoted YAML makes most often.
 */
export function decode(info: KindInfo, object: KubeObject): KubeObject {
  checkTypes(info, object, metadataTypes);
  if (info.custom) {
    const metadata = withoutNulls(object.metadata);
    return metadata === object.metadata ? object : { ...object, metadata };
  }
  checkTypes(info, object, Object.hasOwn(typesOf, info.kind) ? (typesOf[info.kind] ?? []) : []);
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

const metadataTypes: Types = [
  [['metadata'], 'a map', isMap],
  [['metadata', 'name'], 'a string', isString],
  [['metadata', 'labels'], 'a map of strings', isStrings],
  [['metadata', 'annotations'], 'a map of strings', isStrings],
];

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

const typesOf: Record<string, Types> = {
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
};

function checkTypes(info: KindInfo, object: KubeObject, types: Types): void {
  for (const [path, type, check] of types) {
    const place = misfit(object, path, 0, check);
    if (place !== undefined) {
      throw badRequest(
        `${info.kind} in version "${info.apiVersion}" cannot be handled as a ${info.kind}: ${place} must be ${type}`,
      );
    }
  }
}

/** Where a value under the path fails the check; absent and null ones never do. */
function misfit(value: unknown, path: readonly string[], depth: number, check: Check): string | undefined {
  if (value === undefined || value === null) return undefined;
  const step = path[depth];
  if (step === undefined) return check(value) ? undefined : '';
  if (step === '[]') {
    if (!Array.isArray(value)) return undefined;
    for (const [index, item] of value.entries()) {
      const place = misfit(item, path, depth + 1, check);
      if (place !== undefined) return `[${index}]${place}`;
    }
    return undefined;
  }
  const place = misfit((value as JsonObject)[step], path, depth + 1, check);
  return place === undefined ? undefined : `${depth === 0 ? '' : '.'}${step}${place}`;
}
