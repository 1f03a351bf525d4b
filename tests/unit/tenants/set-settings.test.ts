import { beforeEach, describe, expect, it } from 'vitest';
import { OPERATOR } from '../../../core/audit/index.ts';
import type { TenantId } from '../../../core/kernel/ids.ts';
import type { UnitOfWork } from '../../../core/kernel/ports.ts';
import { NO_REQUEST } from '../../../core/kernel/request-context.ts';
import type { Repositories } from '../../../core/repositories.ts';
import {
  createSetTenantSettings,
  parseSettingsPatch,
  type SettingsChanged,
  type Tenant,
  type TenantSettings,
} from '../../../core/tenants/index.ts';
import type { StoreHarness } from '../../contracts/harness.ts';
import { memoryHarness } from '../../support/memory-harness.ts';

const BY = { actor: OPERATOR, context: NO_REQUEST };

let harness: StoreHarness;
let tenant: Tenant;

beforeEach(async () => {
  harness = await memoryHarness();
  tenant = await harness.makeTenant('acme');
});

function set(json: unknown, tenantId = tenant.id): Promise<SettingsChanged> {
  return createSetTenantSettings(harness)(tenantId, parseSettingsPatch(json), BY);
}

async function stored(): Promise<TenantSettings | undefined> {
  return (await harness.tenantDirectory.findById(tenant.id))?.settings;
}

describe('a change', () => {
  it('is stored, and answered with the tenant as it is then', async () => {
    const { tenant: answered, changed } = await set({ signup: 'closed', lockout: { max_attempts: 3 } });

    expect(answered).toEqual({ ...tenant, settings: { signup: 'closed', lockout: { max_attempts: 3 } } });
    expect(changed).toEqual(['signup', 'lockout']);
    expect(await harness.tenantDirectory.findById(tenant.id)).toEqual(answered);
  });

  it('leaves what it does not name as it was, within a group too', async () => {
    await set({ signup: 'closed', password_policy: { min_length: 12, upper: false }, cors_origins: [] });

    await set({ session_max_devices: 1, password_policy: { digit: false, upper: true }, branding: {} });

    expect(await stored()).toEqual({
      signup: 'closed',
      password_policy: { min_length: 12, upper: true, digit: false },
      cors_origins: [],
      session_max_devices: 1,
    });
  });

  it('puts lists in the place of lists', async () => {
    await set({ cors_origins: ['https://a.example', 'https://b.example'] });

    await set({ cors_origins: ['https://c.example'] });

    expect(await stored()).toEqual({ cors_origins: ['https://c.example'] });
  });

  it('returns to the environment what is null: a setting, a field of a group, a whole group', async () => {
    await set({
      signup: 'closed',
      email_verification_required: false,
      lockout: { max_attempts: 3, duration_minutes: 5 },
      password_policy: { min_length: 12 },
      branding: { name: 'ACME', color: '#123456' },
    });

    await set({
      signup: null,
      lockout: { max_attempts: null },
      password_policy: { min_length: null },
      branding: null,
      mfa: null,
    });

    expect(Object.keys((await stored()) ?? {}).sort()).toEqual(['email_verification_required', 'lockout']);
    expect(await stored()).toEqual({
      email_verification_required: false,
      lockout: { duration_minutes: 5 },
    });
  });

  it('is of one tenant and no other', async () => {
    const other = await harness.makeTenant('other');

    await set({ signup: 'closed' });

    expect(await harness.tenantDirectory.findById(other.id)).toEqual(other);
  });

  it('takes the tenant as it is at that moment, not as somebody read it before', async () => {
    await Promise.all([
      set({ lockout: { max_attempts: 3 } }),
      set({ lockout: { duration_minutes: 5 } }),
      set({ signup: 'closed' }),
    ]);

    expect(await stored()).toEqual({ lockout: { max_attempts: 3, duration_minutes: 5 }, signup: 'closed' });
  });

  it('can be made at a suspended tenant', async () => {
    await harness.setTenantStatus(tenant.id, 'suspended');

    expect((await set({ signup: 'closed' })).tenant).toMatchObject({ status: 'suspended' });
  });
});

describe('the audit log', () => {
  it('of the tenant itself tells who changed what, from what to what', async () => {
    const platform = await harness.makeTenant('platform');
    await set({ signup: 'invite', lockout: { max_attempts: 3 }, default_locale: 'de' });

    await set({ signup: 'closed', lockout: { duration_minutes: 5 }, default_locale: null, mfa: 'required' });

    expect(await harness.auditOf(platform.id)).toEqual([]);
    expect(await harness.auditOf(tenant.id)).toMatchObject([
      { type: 'tenant.settings_changed' },
      {
        type: 'tenant.settings_changed',
        outcome: 'success',
        actor: { type: 'operator', id: null },
        target: { type: 'tenant', id: tenant.id },
        ip: null,
        data: {
          before: { signup: 'invite', lockout: { max_attempts: 3 }, default_locale: 'de', mfa: null },
          after: {
            signup: 'closed',
            lockout: { max_attempts: 3, duration_minutes: 5 },
            default_locale: null,
            mfa: 'required',
          },
        },
      },
    ]);
  });

  it('and the tenant tell of nothing where nothing changes', async () => {
    await set({ signup: 'closed', lockout: { max_attempts: 3 } });

    const again = await set({ signup: 'closed', lockout: { max_attempts: 3 }, branding: null, alerts: {} });

    expect(again.changed).toEqual([]);
    expect(again.tenant.settings).toEqual({ signup: 'closed', lockout: { max_attempts: 3 } });
    expect(await harness.auditOf(tenant.id)).toHaveLength(1);
  });

  // Rule 32: neither exists without the other.
  it('is written with the change or not at all', async () => {
    const unitOfWork: UnitOfWork<Repositories> = {
      run: (tenantId, work) =>
        harness.unitOfWork.run(tenantId, (repos) =>
          work({ ...repos, audit: { ...repos.audit, record: () => Promise.reject(new Error('no room')) } }),
        ),
    };

    const attempt = createSetTenantSettings({ unitOfWork })(tenant.id, { signup: 'closed' }, BY);

    await expect(attempt).rejects.toThrow('no room');
    expect(await stored()).toEqual({});
  });
});

describe('the audience', () => {
  it("may be the tenant's own id", async () => {
    await set({ audience: tenant.id });

    expect(await stored()).toEqual({ audience: tenant.id });
  });

  // Tokens for another's audience would be taken there for its own.
  it('may be nothing else while no domain can be verified, and nothing is stored then', async () => {
    const other = await harness.makeTenant('other');
    for (const audience of [other.id, 'https://api.example.com', 'acme', tenant.id.toUpperCase()]) {
      await expect(set({ audience, signup: 'closed' })).rejects.toMatchObject({
        code: 'audience_not_allowed',
      });
    }

    expect(await stored()).toEqual({});
    expect(await harness.auditOf(tenant.id)).toEqual([]);
  });

  it('that is stored is no hindrance to other changes, and can be returned', async () => {
    await harness.setTenantSettings(tenant.id, { audience: 'https://api.example.com' });

    await set({ signup: 'closed' });
    expect(await stored()).toEqual({ audience: 'https://api.example.com', signup: 'closed' });

    await set({ audience: null });
    expect(await stored()).toEqual({ signup: 'closed' });
  });
});

describe('a password policy', () => {
  it.each([
    [{}, { min_length: 20, max_length: 19 }, '/password_policy/max_length'],
    [{ max_length: 19 }, { min_length: 20 }, '/password_policy/min_length'],
    [{ min_length: 20 }, { max_length: 19 }, '/password_policy/max_length'],
    [{ min_length: 20, max_length: 19 }, { upper: false }, '/password_policy/min_length'],
  ])('that no password can meet is refused: %j with %j', async (before, change, pointer) => {
    await harness.setTenantSettings(tenant.id, { password_policy: before });

    await expect(set({ password_policy: change })).rejects.toMatchObject({
      code: 'validation_failed',
      problems: [{ pointer, code: 'invalid' }],
    });

    expect(await stored()).toEqual({ password_policy: before });
  });

  it('may have one length only', async () => {
    await set({ password_policy: { min_length: 20, max_length: 20 } });

    expect(await stored()).toEqual({ password_policy: { min_length: 20, max_length: 20 } });
  });

  it('that is stored already is nothing that another change is refused for', async () => {
    await harness.setTenantSettings(tenant.id, { password_policy: { min_length: 20, max_length: 19 } });

    expect((await set({ signup: 'closed' })).changed).toEqual(['signup']);
  });
});

it('knows no tenant that is not there', async () => {
  await expect(set({ signup: 'closed' }, harness.crypto.newId() as TenantId)).rejects.toMatchObject({
    code: 'tenant_not_found',
  });
});
