import type { PatchType } from '../../kube/client.ts';
import { deepFreeze, isObject, type JsonObject } from '../../kube/json.ts';
import { kindInfo } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { mergeThreeWay, strategicThreeWay } from '../../kube/patch.ts';
import { hashOf } from '../hash.ts';
import { KUBECTL_LAST_APPLIED } from '../model.ts';

const RENDER_HASH = 'oam.dev/render-hash';
const LAST_APPLIED = 'app.oam.dev/last-applied-configuration';

/**
 * What brings a live object to the wanted one by three-way merge: strategic for Kubernetes' own kinds, JSON merge for
 * others. `undefined`: nothing to do.
 */
export function threeWay(
  original: JsonObject,
  wanted: KubeObject,
  live: KubeObject,
): { type: PatchType; patch: JsonObject } | undefined {
  const strategic = kindInfo(wanted)?.custom === false;
  const patch = strategic
    ? strategicThreeWay(wanted, original, wanted, live)
    : mergeThreeWay(original, wanted, live);
  return Object.keys(patch).length === 0 ? undefined : { type: strategic ? 'strategic' : 'merge', patch };
}

/** The manifest as it is written to a cluster: with a hash of itself and, but for ConfigMaps and Secrets, its own text. */
export function dressed(manifest: KubeObject): KubeObject {
  let object = dressedManifests.get(manifest);
  if (object === undefined) {
    object = dress(manifest);
    dressedManifests.set(manifest, object);
  }
  return object;
}

const dressedManifests = new WeakMap<KubeObject, KubeObject>();

function dress(manifest: KubeObject): KubeObject {
  const object = hashed(manifest);
  if (manifest.kind === 'ConfigMap' || manifest.kind === 'Secret') return object;
  const annotations = { ...manifest.metadata.annotations, [LAST_APPLIED]: JSON.stringify(object) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** The manifest with a hash of itself, as it is written where nothing is remembered of it. */
export function hashed(manifest: KubeObject): KubeObject {
  const labels = { ...manifest.metadata.labels, [RENDER_HASH]: hashOf(manifest) };
  return { ...manifest, metadata: { ...manifest.metadata, labels } };
}

/** Whether the live object is what was written from the manifest, as far as the hash tells. */
export function isMadeFrom(live: KubeObject, manifest: KubeObject): boolean {
  const hash = dressed(manifest).metadata.labels?.[RENDER_HASH];
  return live.metadata.labels?.[RENDER_HASH] === hash;
}

/** What was last applied to a live object by the engine, else by kubectl, else nothing; frozen. */
export function lastApplied(live: KubeObject, ...keys: string[]): JsonObject {
  const known = keys.length > 0 ? keys : [LAST_APPLIED, KUBECTL_LAST_APPLIED];
  const text = known.map(key => live.metadata.annotations?.[key]).find(value => value !== undefined);
  return text === undefined ? {} : parsed(text);
}

function parsed(text: string): JsonObject {
  let value = parsedTexts.get(text);
  if (value === undefined) {
    value = deepFreeze(parse(text));
    if (parsedTexts.size >= 64) parsedTexts.clear();
    parsedTexts.set(text, value);
  }
  return value;
}

/** Every look at an object reads the same text again. */
const parsedTexts = new Map<string, JsonObject>();

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
