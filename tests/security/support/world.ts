import { beforeAll } from 'vitest';
import type { Tenant } from '../../../core/tenants/index.ts';
import { type HttpService, sharedService } from '../../http/support/http-service.ts';
import { newSession, type SignedIn } from '../../http/support/people.ts';

/** The tenant that a request without a name acts in, the one whose things are at stake, and another. */
export type Slug = 'default' | 'home' | 'rival';

export type World = HttpService &
  Readonly<{
    tenants: Readonly<Record<Slug, Tenant>>;
    /** Somebody of each tenant who does nothing, and of whom no stranger may hear. */
    bystanders: Readonly<Record<Slug, SignedIn>>;
    /** By these an answer would tell of a tenant or its bystander. */
    marks: Readonly<Record<Slug, readonly string[]>>;
  }>;

/** One service with three tenants for all tests of a file. */
export function sharedWorld(env: Record<string, string> = {}): () => World {
  const service = sharedService(env);
  let shared: World | null = null;
  beforeAll(async () => {
    shared = await createWorld(service());
  });
  return () => {
    if (!shared) throw new Error('The shared world is there from the first test on');
    return shared;
  };
}

async function createWorld(service: HttpService): Promise<World> {
  const { createTenant, resolveTenant } = service.app.services;
  const tenants = {
    default: await resolveTenant.byName(null),
    home: await createTenant('home', 'Home'),
    rival: await createTenant('rival', 'Rival'),
  };
  const bystanders = {
    default: await newSession(service),
    home: await newSession(service, {}, { 'x-tenant': 'home' }),
    rival: await newSession(service, {}, { 'x-tenant': 'rival' }),
  };
  const marksOf = (slug: Slug) => {
    const { email, userId, sessionId } = bystanders[slug];
    return [tenants[slug].id, email, userId, sessionId];
  };
  const marks = { default: marksOf('default'), home: marksOf('home'), rival: marksOf('rival') };
  return { ...service, tenants, bystanders, marks };
}
