import * as z from 'zod';
import { duration, share } from '../runtime/yaml.ts';

const label = z.string().regex(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be a lower-case DNS label');
const host = z
  .string()
  .max(253)
  .regex(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)+$/,
    'must be a lower-case host name',
  );
const positive = duration.refine(ms => ms > 0, 'must be longer than zero');

/** How a resolver keeps what the name server answered. */
export const cacheSchema = z
  .strictObject({
    /** Raises shorter TTLs to this. */
    minTtl: duration.optional(),
    /** Lowers longer TTLs to this. */
    maxTtl: duration.optional(),
    /** After expiry, answers with the old entry for at most this long while it asks again (RFC 8767). */
    serveStale: duration.optional(),
    /** Asks again when no more than this share of the TTL is left, and hands the old answer out meanwhile. */
    prefetch: share.optional(),
    /** Never asks again after the first answer. */
    forever: z.literal(true).optional(),
    /** How long a failure or a negative answer is remembered (RFC 2308, RFC 9520). */
    negative: duration.default(5_000),
  })
  .superRefine((cache, context) => {
    if (cache.minTtl !== undefined && cache.maxTtl !== undefined && cache.minTtl > cache.maxTtl) {
      context.addIssue({ code: 'custom', path: ['minTtl'], message: 'must not be longer than maxTtl' });
    }
    for (const key of ['minTtl', 'maxTtl', 'serveStale', 'prefetch'] as const) {
      if (cache.forever && cache[key] !== undefined) {
        context.addIssue({
          code: 'custom',
          path: [key],
          message: 'has no meaning beside "forever": remove one',
        });
      }
    }
  });

const resolverSchema = z.strictObject({
  /** The population's clients are spread evenly over this many resolvers. */
  count: z.int().min(1).max(10_000).default(1),
  cache: cacheSchema.prefault({}),
  /** Whether each client gets the cached addresses in an order of its own, as BIND and Unbound do. */
  shuffle: z.boolean().default(true),
});

const connectionSchema = z.union([
  z.literal('fresh'),
  z.strictObject({
    /** Age after which a connection takes no further request. */
    keepAlive: z.union([z.literal('forever'), positive]),
    /** Time without a request after which a connection is closed. */
    idle: positive.optional(),
  }),
]);

const populationSchema = z
  .strictObject({
    name: label,
    /** Of the rate; the shares of all populations make 100%. */
    share: share.optional(),
    /** `for i in {1..requests}; do curl NAME; sleep EVERY; done`: one client, outside the shares. */
    loop: z.strictObject({ every: positive, requests: z.int().min(1).optional() }).optional(),
    clients: z.int().min(1).max(100_000).default(1),
    resolver: resolverSchema.prefault({}),
    /** The client's own DNS cache, whatever the TTL: 60s in a browser, 30s or for ever in a JVM. */
    cache: z.union([z.literal('none'), z.literal('forever'), positive]).default('none'),
    connection: connectionSchema.default('fresh'),
    /** From the first packet of a request to the last byte of its answer. */
    timeout: positive.default(5_000),
    /** Whether an address that takes no connection makes the client try the answer's next one, as curl does. */
    triesNextAddress: z.boolean().default(false),
  })
  .superRefine((population, context) => {
    if ((population.share === undefined) === (population.loop === undefined)) {
      context.addIssue({ code: 'custom', message: 'needs either "share" or "loop"' });
    }
    if (population.loop && population.clients !== 1) {
      context.addIssue({ code: 'custom', path: ['clients'], message: 'a loop is one client' });
    }
    if (population.resolver.count > population.clients) {
      const message = `more resolvers than clients (${population.clients}): the rest would never be asked`;
      context.addIssue({ code: 'custom', path: ['resolver', 'count'], message });
    }
  });

/** Who asks for the application, how often, and through which caches: `clusters/clients.yaml`. */
export const clientsSchema = z
  .strictObject({
    /** The business name, resolved at the GTM's name server and sent as the Host header. */
    name: host,
    port: z.int().min(1).max(65_535).default(80),
    path: z
      .string()
      .regex(/^\/\S*$/, 'must start with "/"')
      .default('/'),
    /** Requests per second of all populations with a share. */
    rate: z.number().positive().max(10_000),
    /** Empty: no clients, and so nothing that a drill could prove about traffic. */
    populations: z.array(populationSchema).max(100),
  })
  .superRefine(({ populations }, context) => {
    const names = new Set<string>();
    populations.forEach(({ name }, index) => {
      if (names.has(name)) {
        const message = `"${name}" is already the name of another population`;
        context.addIssue({ code: 'custom', path: ['populations', index, 'name'], message });
      }
      names.add(name);
    });
    const shares = populations.flatMap(population => population.share ?? []);
    const sum = shares.reduce((total, part) => total + part, 0);
    if (shares.length > 0 && Math.abs(sum - 1) > 1e-9) {
      const message = `the shares make ${Number((sum * 100).toFixed(7))}%, not 100%`;
      context.addIssue({ code: 'custom', path: ['populations'], message });
    }
  });

export type ClientsConfig = z.infer<typeof clientsSchema>;
export type PopulationConfig = ClientsConfig['populations'][number];
export type CachePolicy = PopulationConfig['resolver']['cache'];
