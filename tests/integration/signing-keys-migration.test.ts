import { expect, it } from 'vitest';
import { migratedDatabase } from './migrated-databases.ts';

const FIRST_WITH_EXPIRY = '0007_record_revocations';
const KEYS = `
  INSERT INTO gatehouse.signing_keys
    (kid, algorithm, state, public_jwk, sealed_private_key, activated_at, retired_at, expires_at)
  VALUES
    ('active', 'ES256', 'active', '{}', 'box', clock_timestamp(), NULL, NULL),
    ('next', 'ES256', 'next', '{}', 'box', NULL, NULL, NULL),
    ('retired', 'ES256', 'retired', '{}', 'box', clock_timestamp(), clock_timestamp(),
      clock_timestamp() + interval '1 hour'),
    ('ended', 'ES256', 'retired', '{}', 'box', clock_timestamp(), clock_timestamp(), clock_timestamp()),
    ('erased', 'ES256', 'retired', '{}', NULL, clock_timestamp(), clock_timestamp(), clock_timestamp())`;

// The version before takes every key that it finds.
it('takes away what has ended on the way back, and lets no retired key verify for ever on the way forth', async () => {
  const { migrator, admin } = await migratedDatabase();
  const kids = async (where = 'true') =>
    (await admin.query(`SELECT kid FROM gatehouse.signing_keys WHERE ${where} ORDER BY kid`)).rows.map(
      ({ kid }) => kid,
    );
  await admin.query(KEYS);

  for (let undone = ''; undone !== FIRST_WITH_EXPIRY; ) [undone = FIRST_WITH_EXPIRY] = await migrator.down();
  expect(await kids()).toEqual(['active', 'next', 'retired']);
  await migrator.up();

  expect(await kids('activated_at IS NOT NULL')).toEqual(['active']);
  expect(
    await kids(`expires_at > clock_timestamp() AND expires_at < clock_timestamp() + interval '25 hours'`),
  ).toEqual(['retired']);
});
