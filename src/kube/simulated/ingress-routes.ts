import type { Fields, KubeObject } from '../objects.ts';
import { type Endpoint, SERVICE_NAME } from './controllers/endpoint-slice.ts';

/** A pod's address and port. */
export interface Upstream {
  readonly address: string;
  readonly port: number;
}

/** Where the requests of a rule go, in turn. */
export class Backend {
  readonly upstreams: readonly Upstream[];
  #turn = 0;

  constructor(upstreams: readonly Upstream[]) {
    this.upstreams = upstreams;
  }

  /** The next in turn; `undefined` when there is none at all. */
  next(): Upstream | undefined {
    return this.upstreams[this.#turn++ % this.upstreams.length];
  }
}

interface Path {
  readonly path: string;
  readonly exact: boolean;
  readonly backend: Backend;
}

/** What an ingress knows at one time: hosts and paths, and the pods behind them. */
export class Routes {
  readonly #hosts: ReadonlyMap<string, readonly Path[]>;
  /** Nearly all requests ask for what the one before did. */
  #last: { readonly host: string; readonly path: string; readonly backend: Backend | undefined } | undefined;

  constructor(hosts: ReadonlyMap<string, readonly Path[]>) {
    this.#hosts = hosts;
  }

  /** The backend for a Host header and a path: by the host's own rules, else by those for every host. */
  find(host: string, path: string): Backend | undefined {
    if (this.#last?.host !== host || this.#last.path !== path)
      this.#last = { host, path, backend: this.#search(host, path) };
    return this.#last.backend;
  }

  #search(host: string, path: string): Backend | undefined {
    const paths = this.#hosts.get(host) ?? this.#pathsOf(host);
    const rule =
      paths?.find(rule => matches(rule, path)) ?? this.#hosts.get('')?.find(rule => matches(rule, path));
    return rule?.backend;
  }

  /** Without port and case; else any name under a wildcard. */
  #pathsOf(header: string): readonly Path[] | undefined {
    const host = header.toLowerCase().replace(/:\d+$/, '');
    return this.#hosts.get(host) ?? this.#hosts.get(host.replace(/^[^.]+/, '*'));
  }
}

function matches({ path, exact }: Path, asked: string): boolean {
  const end = asked.search(/[?#]/);
  const plain = end < 0 ? asked : asked.slice(0, end);
  if (exact || plain === path) return plain === path;
  return path.endsWith('/') ? plain.startsWith(path) || `${plain}/` === path : plain.startsWith(`${path}/`);
}

/** The routes that these objects of a cluster make, of ingresses without a class or of class nginx. */
export function routesOf(
  ingresses: readonly KubeObject[],
  services: readonly KubeObject[],
  slices: readonly KubeObject[],
): Routes {
  const hosts = new Map<string, Path[]>();
  const add = (host: string, path: Path): void => {
    const paths = hosts.get(host);
    if (paths === undefined) hosts.set(host, [path]);
    else paths.push(path);
  };
  for (const ingress of ingresses.filter(isServed)) {
    const backendOf = (reference: Fields | undefined): Backend =>
      backend(reference?.['service'], ingress.metadata.namespace, services, slices);
    const fallback: Fields | undefined = ingress.spec?.['defaultBackend'];
    if (fallback !== undefined) add('', { path: '/', exact: false, backend: backendOf(fallback) });
    for (const { host = '', http } of ingress.spec?.['rules'] ?? []) {
      for (const { path = '/', pathType, backend: reference } of http?.paths ?? []) {
        add(host, { path, exact: pathType === 'Exact', backend: backendOf(reference) });
      }
    }
  }
  for (const paths of hosts.values()) paths.sort(byPrecedence);
  return new Routes(hosts);
}

export function isServed(ingress: KubeObject): boolean {
  const name: string | undefined = ingress.spec?.['ingressClassName'];
  return (name ?? 'nginx') === 'nginx';
}

/** The longest path wins, and of equals the exact one. */
function byPrecedence(a: Path, b: Path): number {
  return b.path.length - a.path.length || Number(b.exact) - Number(a.exact);
}

function backend(
  reference: Fields | undefined,
  namespace: string | undefined,
  services: readonly KubeObject[],
  slices: readonly KubeObject[],
): Backend {
  const here = (object: KubeObject): boolean => object.metadata.namespace === namespace;
  const name: string = reference?.['name'] ?? '';
  const port = portName(
    services.find(service => here(service) && service.metadata.name === name),
    reference?.['port'],
  );
  if (port === undefined) return new Backend([]);
  const own = slices.filter(slice => here(slice) && slice.metadata.labels?.[SERVICE_NAME] === name);
  const ready = own.flatMap(slice => upstreamsOf(slice, port, ({ conditions }) => conditions.ready));
  if (ready.length > 0) return new Backend(ready);
  return new Backend(
    own.flatMap(slice =>
      upstreamsOf(slice, port, ({ conditions }) => conditions.serving && conditions.terminating),
    ),
  );
}

/** The name, possibly empty, of the Service's port that the ingress refers to by number or name. */
function portName(service: KubeObject | undefined, wanted: Fields | undefined): string | undefined {
  const ports: Fields[] = service?.spec?.['ports'] ?? [];
  const found = ports.find(({ name, port }) =>
    wanted?.['number'] === undefined ? name === wanted?.['name'] : port === wanted['number'],
  );
  return found === undefined ? undefined : (found['name'] ?? '');
}

function upstreamsOf(
  slice: KubeObject,
  portName: string,
  wanted: (endpoint: Endpoint) => boolean,
): Upstream[] {
  const port = (slice['ports'] as Fields[]).find(({ name }) => name === portName)?.['port'];
  if (port === undefined) return [];
  const endpoints = slice['endpoints'] as Endpoint[];
  return endpoints.filter(wanted).flatMap(({ addresses }) => addresses.map(address => ({ address, port })));
}
