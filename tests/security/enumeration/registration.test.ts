import { beforeAll } from 'vitest';
import { sharedService } from '../../http/support/http-service.ts';
import { openRegistration, strictTenant } from '../../http/support/mails.ts';
import { newAddress } from '../../http/support/people.ts';
import { PASSWORD } from '../../support/service.ts';
import { account, request, STRICT } from './support/accounts.ts';
import { describeAlike, type Kind, MEASURED } from './support/kinds.ts';

// Rule 11, where the tenant wants addresses verified. Elsewhere 409 tells by design (api.md, section 3).
const service = sharedService(MEASURED);

beforeAll(async () => {
  await strictTenant(service(), STRICT);
});

describeAlike('addresses that somebody registers', {
  service,
  status: 202,
  async kinds(at) {
    const register = (name: string, emailOf: () => string): Kind => ({
      name,
      make: () => request('/auth/register', { email: emailOf(), password: PASSWORD }),
    });
    const known = await account(at);
    const unverified = await account(at, 'email_verified = false');
    const suspended = await account(at, `status = 'suspended'`);
    const open = (await openRegistration(at, STRICT)).email;
    return [
      register('unknown', newAddress),
      register('known', () => known),
      register('known and not verified', () => unverified),
      register('suspended', () => suspended),
      register('registered and not confirmed', () => open),
    ];
  },
});

describeAlike('addresses for which somebody asks for a further link', {
  service,
  status: 202,
  async kinds(at) {
    const resend = (name: string, email: string): Kind => ({
      name,
      make: () => request('/auth/email/resend-verification', { email }),
    });
    return [
      resend('unknown', newAddress()),
      resend('known', await account(at)),
      resend('known and not verified', await account(at, 'email_verified = false')),
      resend('suspended', await account(at, `status = 'suspended', email_verified = false`)),
      resend('registered and not confirmed', (await openRegistration(at, STRICT)).email),
    ];
  },
});
