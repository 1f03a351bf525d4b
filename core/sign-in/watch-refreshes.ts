import type { Clock } from '../kernel/ports.ts';
import { type PlaceFinder, signalsOfRefresh } from '../protection/index.ts';
import type { OnContextChanged } from '../sessions/index.ts';
import { effectiveSettings, type TenantDefaults } from '../tenants/index.ts';
import { raiseSignals } from './raise-signals.ts';
import { sightingOf } from './sightings.ts';

export type WatchRefreshesDeps = Readonly<{
  places: PlaceFinder;
  clock: Clock;
  tenantDefaults: TenantDefaults;
}>;

/** Raises what is remarkable about a session that goes on from elsewhere, in the unit of work that notes it. */
export function createWatchRefreshes({
  places,
  clock,
  tenantDefaults,
}: WatchRefreshesDeps): OnContextChanged {
  return async (repositories, { tenant, user, session, from, to, context }) => {
    // When the session was last used from where it was is not kept: since it began is the longest it can be.
    const before = sightingOf(places, session.createdAt.getTime(), from, session.deviceName);
    const now = sightingOf(places, clock.now().getTime(), to, session.deviceName);
    const signals = signalsOfRefresh({ now, before });
    const { alerts } = effectiveSettings(tenant, tenantDefaults);
    await raiseSignals(repositories, alerts, { signals, user, sessionId: session.id, now, context });
  };
}
