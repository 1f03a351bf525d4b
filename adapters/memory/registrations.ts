import type { OpenRegistrationRepository } from '../../core/registration/index.ts';
import type { RegistrationRow, RepositoryContext } from './tables.ts';
import { secondsAfter } from './time.ts';

/** The open registrations of one tenant, as a draft sees them. */
export function createOpenRegistrationRepository({
  tables: { registrations },
  clock,
}: RepositoryContext): OpenRegistrationRepository {
  const isOpen = ({ closedAt, expiresAt }: RegistrationRow): boolean => !closedAt && clock.now() < expiresAt;

  return {
    async insert(registration, lifetimeSeconds) {
      const expiresAt = secondsAfter(clock.now(), lifetimeSeconds);
      registrations.set(registration.id, { registration, expiresAt, closedAt: null });
    },
    async findOpen(id) {
      const row = registrations.get(id);
      return row && isOpen(row) ? row.registration : null;
    },
    async listOpen(email) {
      const open = [...registrations.values()].filter(
        (row) => row.registration.email === email && isOpen(row),
      );
      return open.map(({ registration }) => registration).reverse();
    },
    async extend(id, lifetimeSeconds) {
      const row = registrations.get(id);
      const expiresAt = secondsAfter(clock.now(), lifetimeSeconds);
      if (row && isOpen(row) && expiresAt > row.expiresAt) registrations.set(id, { ...row, expiresAt });
    },
    async closeAllOf(email) {
      for (const [id, row] of registrations) {
        if (row.registration.email === email && isOpen(row)) {
          registrations.set(id, { ...row, closedAt: clock.now() });
        }
      }
    },
  };
}
