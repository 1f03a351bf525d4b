import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { encodeBase64Url } from '../../../core/kernel/base64url.ts';
import { utf8 } from '../../../core/kernel/bytes.ts';
import type { TenantId } from '../../../core/kernel/ids.ts';
import type { MacKeys } from '../../../core/kernel/ports.ts';
import {
  type RateBucket,
  type RateDecision,
  RateLimited,
  type RateLimiter,
} from '../../../core/protection/index.ts';
import { addressGroupOf, clientAddressOf } from './client-address.ts';

/** The classes of api.md, "Limited routes". `none`: probes, metrics, keys and static files. */
export type LimitClass = 'public' | 'credential';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * How a public route is limited; `public` where nothing is said. A
     * `credential` route counts in its handler too, once body and tenant are known.
     */
    limit?: LimitClass | 'none';
  }
  interface FastifyRequest {
    /** The tightest of the counts that this request was part of; `null`: of none so far. */
    tightestLimit: RateDecision | null;
  }
}

export type LimitsDeps = Readonly<{
  limiter: RateLimiter;
  rateLimits: Readonly<{ credentialsPerMinute: number; publicPerMinute: number }>;
  macKeys: Pick<MacKeys, 'mac'>;
  /** Told of every decision, for the metrics. */
  onRateDecision(limit: LimitClass, isAllowed: boolean): void;
}>;

/** What a credential request is counted by, besides where it comes from. */
export type Credential = Readonly<{
  tenantId: TenantId;
  /** The canonical address or username, or the token, of the request. */
  identifier: string;
}>;

/**
 * Counts a request to a credential route, and says what refuses it.
 *
 * A value and not an error, because where there is a lock that is told first.
 */
export type CountCredential = (
  request: FastifyRequest,
  reply: FastifyReply,
  credential: Credential,
) => Promise<RateLimited | null>;

/** How long a count lasts from its first request on, in seconds. */
export const WINDOW_SECONDS = 60;
/** Of how many addresses the name is remembered: it costs a MAC, and every public request wants it. */
const NAMES_MAX = 10_000;
/** All identifiers together, from one address in one tenant. */
export const CREDENTIALS_PER_ADDRESS = 10;

/** Counts a request to what anybody may ask for; throws where that is too much. */
export type CountPublic = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/** @returns the counter of the public class */
export function createCountPublic(deps: LimitsDeps): CountPublic {
  const { limiter, rateLimits, onRateDecision } = deps;
  const names = new LRUCache<string, string>({ max: NAMES_MAX });
  const nameOfGroup = (group: string): string => {
    const known = names.get(group);
    if (known !== undefined) return known;
    const name = nameOf(deps, group);
    names.set(group, name);
    return name;
  };
  return async (request, reply) => {
    const bucket = { key: 'public', limit: rateLimits.publicPerMinute, windowSeconds: WINDOW_SECONDS };
    const decision = await limiter.hit(`public:${nameOfGroup(groupOf(request))}`, [bucket]);
    onRateDecision('public', decision.isAllowed);
    const excess = note(request, reply, decision);
    if (excess) throw excess;
  };
}

/** Counts every request to a public route before its body is read, unless the route is of no class. */
export function registerPublicLimit(server: FastifyInstance, countPublic: CountPublic): void {
  server.decorateRequest('tightestLimit', null);
  server.addHook('onRequest', (request, reply, next) => {
    const { access, limit = 'public' } = request.routeOptions.config;
    if (access !== 'public' || limit === 'none' || request.is404) return next();
    countPublic(request, reply).then(() => next(), next);
  });
}

/** @returns the counter of the credential class */
export function createCountCredential(deps: LimitsDeps): CountCredential {
  const { limiter, rateLimits, onRateDecision } = deps;
  const perIdentifier = rateLimits.credentialsPerMinute;
  return async (request, reply, { tenantId, identifier }) => {
    const buckets: RateBucket[] = [
      { key: `identifier:${nameOf(deps, identifier)}`, limit: perIdentifier, windowSeconds: WINDOW_SECONDS },
      { key: 'all', limit: perIdentifier * CREDENTIALS_PER_ADDRESS, windowSeconds: WINDOW_SECONDS },
    ];
    const group = `credential:${tenantId}:${nameOf(deps, groupOf(request))}`;
    const decision = await limiter.hit(group, buckets);
    onRateDecision('credential', decision.isAllowed);
    return note(request, reply, decision);
  };
}

/** Under what name something is counted: it tells nothing to whoever has not our keys, not even to one who guesses. */
function nameOf({ macKeys }: LimitsDeps, text: string): string {
  return encodeBase64Url(macKeys.mac('rate-limits', utf8(text)).code);
}

/** What the network address of a request counts as. */
export function groupOf(request: FastifyRequest): string {
  return addressGroupOf(clientAddressOf(request));
}

/** Tells the client of the tightest count that its request was part of. */
function note(request: FastifyRequest, reply: FastifyReply, decision: RateDecision): RateLimited | null {
  const known = request.tightestLimit;
  if (!known || !decision.isAllowed || decision.remaining <= known.remaining) {
    request.tightestLimit = decision;
    void reply
      .header('ratelimit-limit', String(decision.limit))
      .header('ratelimit-remaining', String(decision.remaining))
      .header('ratelimit-reset', String(decision.resetSeconds));
  }
  return decision.isAllowed ? null : new RateLimited(decision.resetSeconds);
}
