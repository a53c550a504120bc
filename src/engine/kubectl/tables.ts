import type { KubeObject } from '../../kube/objects.ts';
import { statusOf } from '../controller/status.ts';

/** Objects as kubectl prints them. `now` is the wall clock's time, milliseconds since 1970. */
export function tableOf(objects: readonly KubeObject[], now: number): string {
  const [first] = objects;
  const columns = (first && COLUMNS[first.kind]) ?? {};
  const head = ['NAME', ...Object.keys(columns), 'AGE'];
  const rows = objects.map(object => [
    object.metadata.name,
    ...Object.values(columns).map(cell => cell(object)),
    ageOf(object, now),
  ]);
  return aligned([head, ...rows]);
}

/** Columns three spaces apart; a last cell that is empty leaves no trace. */
export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)));
  return rows
    .map(row =>
      row
        .map((cell, column) => cell.padEnd((widths[column] ?? 0) + 3))
        .join('')
        .trimEnd(),
    )
    .map(line => `${line}\n`)
    .join('');
}

type Cell = (object: KubeObject) => string;

const count = (value: unknown): string => String(value ?? 0);
const listed = (values: readonly unknown[] | undefined): string =>
  values === undefined || values.length === 0 ? '<none>' : values.join(',');

/** Between NAME and AGE. */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, Cell>>>> = {
  Application: {
    COMPONENT: ({ spec }) => spec?.['components']?.[0]?.name ?? '',
    TYPE: ({ spec }) => spec?.['components']?.[0]?.type ?? '',
    PHASE: application => statusOf(application).status ?? '',
    HEALTHY: application => String(statusOf(application).services?.[0]?.healthy ?? ''),
    STATUS: application =>
      statusOf(application)
        .services?.find(each => each.message)
        ?.message?.trim() ?? '',
  },
  Deployment: {
    READY: ({ spec, status }) => `${count(status?.['readyReplicas'])}/${count(spec?.['replicas'])}`,
    'UP-TO-DATE': ({ status }) => count(status?.['updatedReplicas']),
    AVAILABLE: ({ status }) => count(status?.['availableReplicas']),
  },
  StatefulSet: {
    READY: ({ spec, status }) => `${count(status?.['readyReplicas'])}/${count(spec?.['replicas'])}`,
  },
  ConfigMap: { DATA: ({ data }) => String(Object.keys(data ?? {}).length) },
  Secret: {
    TYPE: ({ type }) => String(type ?? 'Opaque'),
    DATA: ({ data }) => String(Object.keys(data ?? {}).length),
  },
  Service: {
    TYPE: ({ spec }) => spec?.['type'] ?? 'ClusterIP',
    'CLUSTER-IP': ({ spec }) => spec?.['clusterIP'] ?? '<none>',
    'EXTERNAL-IP': ({ status }) => listed(addressesOf(status)),
    'PORT(S)': ({ spec }) => listed(spec?.['ports']?.map(portText)),
  },
  Ingress: {
    CLASS: ({ spec, metadata }) =>
      spec?.['ingressClassName'] ?? metadata.annotations?.['kubernetes.io/ingress.class'] ?? '<none>',
    HOSTS: ({ spec }) => {
      const rules: readonly { host?: string }[] = spec?.['rules'] ?? [];
      return rules.length === 0 ? '*' : rules.map(({ host = '*' }) => host).join(',');
    },
    ADDRESS: ({ status }) => (addressesOf(status) ?? []).join(','),
    PORTS: ({ spec }) => (spec?.['tls'] ? '80, 443' : '80'),
  },
  Pod: {
    READY: ({ spec, status }) => {
      const states: readonly { ready: boolean }[] = status?.['containerStatuses'] ?? [];
      return `${states.filter(({ ready }) => ready).length}/${spec?.['containers']?.length ?? 0}`;
    },
    STATUS: ({ status, metadata }) =>
      metadata.deletionTimestamp ? 'Terminating' : (status?.['phase'] ?? 'Unknown'),
    RESTARTS: ({ status }) => {
      const states: readonly { restartCount?: number }[] = status?.['containerStatuses'] ?? [];
      return String(states.reduce((sum, { restartCount = 0 }) => sum + restartCount, 0));
    },
  },
};

function portText({
  port,
  nodePort,
  protocol = 'TCP',
}: {
  port: number;
  nodePort?: number;
  protocol?: string;
}) {
  return `${port}${nodePort === undefined ? '' : `:${nodePort}`}/${protocol}`;
}

function addressesOf(status: KubeObject['status']): string[] | undefined {
  const entries: readonly { ip?: string; hostname?: string }[] | undefined =
    status?.['loadBalancer']?.ingress;
  return entries?.map(({ ip, hostname = '' }) => ip ?? hostname);
}

function ageOf({ metadata }: KubeObject, now: number): string {
  const since = Date.parse(metadata.creationTimestamp ?? '');
  return Number.isNaN(since) ? '<unknown>' : durationText(now - since);
}

/** As kubectl prints it: `47h`, `2d`, `5m30s` (k8s.io/apimachinery, util/duration: HumanDuration). */
export function durationText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 0) return '0s';
  if (seconds < 120) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 10) return parts(minutes, 'm', seconds % 60, 's');
  if (minutes < 180) return `${minutes}m`;
  const hours = Math.floor(minutes / 60);
  if (hours < 8) return parts(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (hours < 192) return parts(days, 'd', hours % 24, 'h');
  return days < 730 ? `${days}d` : parts(Math.floor(days / 365), 'y', days % 365, 'd');
}

function parts(large: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${unit}` : `${large}${unit}${small}${smallUnit}`;
}
