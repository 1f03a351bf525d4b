import type { Acceptance } from '../../core/invitations/index.ts';
import { type OneTimeText, readOneTimeText } from '../../core/kernel/one-time-text.ts';
import type { RenderedMail } from '../../core/notifications/index.ts';
import type { OneTimeToken } from '../../core/one-time-tokens/index.ts';
import type {
  OpenRegistration,
  RegistrationRequest,
  VerifyEmailRequest,
} from '../../core/registration/index.ts';
import type { SignedIn } from '../../core/sessions/index.ts';
import type { LoginRequest } from '../../core/sign-in/index.ts';
import type { Tenant } from '../../core/tenants/index.ts';
import { parseIdentifier, type User } from '../../core/users/index.ts';
import { email } from './parsed.ts';
import { CONTEXT, PASSWORD, type ServiceFixture } from './service-fixture.ts';

/** A request to register `ada@example.com`. */
export function registrationRequest(
  { tenant }: ServiceFixture,
  change: Partial<RegistrationRequest> = {},
): RegistrationRequest {
  return {
    tenant,
    email: email('ada@example.com'),
    password: PASSWORD,
    name: null,
    username: null,
    locale: null,
    context: CONTEXT,
    ...change,
  };
}

/** A client that keeps no cookies. */
const NO_DEVICE = { secrets: [], isKept: false };

/** A request to sign `ada@example.com` in; `as` is what is typed in her place. */
export function loginRequest(
  { tenant }: ServiceFixture,
  { as = 'ada@example.com', ...change }: Partial<LoginRequest> & { as?: string } = {},
): LoginRequest {
  const identifier = parseIdentifier(as);
  if (!identifier) throw new Error(`A test was written with an identifier that does not parse: ${as}`);
  return {
    tenant,
    identifier,
    password: PASSWORD,
    deviceName: null,
    device: NO_DEVICE,
    addressGroup: '192.0.2.1',
    excess: null,
    context: CONTEXT,
    ...change,
  };
}

/** Signs `ada@example.com`, who must be there, in. */
export function signIn(fixture: ServiceFixture): Promise<SignedIn> {
  return fixture.login(loginRequest(fixture));
}

/** Delivers what is due and answers every mail to an address so far, the newest first. */
export async function mailsTo(
  fixture: ServiceFixture,
  to = 'ada@example.com',
): Promise<readonly RenderedMail[]> {
  await fixture.deliverMails();
  return fixture.store.devMailbox.list({ to, limit: 100 });
}

/** What the link in the newest mail to an address says. */
export async function newestLinkTo(fixture: ServiceFixture, to = 'ada@example.com'): Promise<OneTimeText> {
  const [newest] = await mailsTo(fixture, to);
  return readLink(fixture, newest?.token ?? '');
}

/** What the text of a link says. */
export function readLink({ crypto }: ServiceFixture, text: string): OneTimeText {
  const link = readOneTimeText(crypto, text);
  if (!link) throw new Error('A test wanted the link of a mail that has none');
  return link;
}

/** Whom an address names in the fixture's tenant. */
export function findUser(
  { store, tenant }: ServiceFixture,
  address = 'ada@example.com',
): Promise<User | null> {
  return store.unitOfWork.run(tenant.id, ({ users }) => users.findByEmail(email(address)));
}

/** The types of a tenant's audit events, the oldest first. */
export function auditTypes({
  store,
  tenant,
}: Readonly<{ store: ServiceFixture['store']; tenant: Tenant }>): readonly string[] {
  return store.auditOf(tenant.id).map(({ type }) => type);
}

/** Registers `ada@example.com` and answers the link that was mailed. */
export async function registered(
  fixture: ServiceFixture,
  change: Partial<RegistrationRequest> = {},
): Promise<OneTimeText> {
  await fixture.register(registrationRequest(fixture, change));
  return newestLinkTo(fixture);
}

/** Accepts an invitation of the fixture's tenant with {@link PASSWORD}. */
export function accept(
  { acceptInvitation, tenant }: ServiceFixture,
  change: Partial<Acceptance> & Pick<Acceptance, 'link'>,
): Promise<SignedIn> {
  const rest = {
    tenant,
    password: PASSWORD,
    email: null,
    name: null,
    deviceName: null,
    device: NO_DEVICE,
    context: CONTEXT,
  };
  return acceptInvitation({ ...rest, ...change });
}

/** The link of an invitation for `ada@example.com`. */
export async function invited(fixture: ServiceFixture, role = 'admin'): Promise<OneTimeText> {
  return readLink(fixture, await fixture.invite.byOperator(fixture.tenant, email('ada@example.com'), role));
}

/** Opens a verification link in the fixture's tenant. */
export function verify(
  { verifyEmail, tenant }: ServiceFixture,
  link: OneTimeText,
  password: string | null = null,
  change: Partial<VerifyEmailRequest> = {},
): Promise<void> {
  return verifyEmail({ tenant, link, password, excess: null, context: CONTEXT, ...change });
}

/** What has become of a link. */
export async function stateOf(
  { store }: ServiceFixture,
  { tenantId, kind, hash }: OneTimeText,
): Promise<OneTimeToken['state'] | null> {
  const token = await store.unitOfWork.run(tenantId, ({ oneTimeTokens }) => oneTimeTokens.find(kind, hash));
  return token?.state ?? null;
}

/** What is open for an address in the fixture's tenant. */
export function openRegistrations(
  { store, tenant }: ServiceFixture,
  address = 'ada@example.com',
): Promise<readonly OpenRegistration[]> {
  return store.unitOfWork.run(tenant.id, ({ registrations }) => registrations.listOpen(email(address)));
}
