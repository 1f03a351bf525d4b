import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox';
import { effectiveSettings, type ResolveTenant, type TenantDefaults } from '../../../core/tenants/index.ts';
import { publicTenantOf } from '../access/request-facts.ts';
import { refusals } from '../problems/problem.ts';
import { FAULTS, LIMIT_REFUSALS, NAMED_TENANT_REFUSALS } from '../problems/refusal-lists.ts';
import { ConfigBody } from './schemas.ts';
import { CONFIG_SHOWN } from './shown.ts';

export type ConfigRouteDeps = Readonly<{ resolveTenant: ResolveTenant; tenantDefaults: TenantDefaults }>;

/** What a sign-in page must know before anybody has signed in. */
export const configRoute =
  ({ resolveTenant, tenantDefaults }: ConfigRouteDeps): FastifyPluginAsyncTypebox =>
  async (server) => {
    server.get(
      '/auth/config',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getAuthConfig',
          summary: 'How one signs up and in at this tenant',
          description:
            'What is in force: the tenant’s own settings, and where it has none those of the service.',
          shown: CONFIG_SHOWN,
          tags: ['Sign-up and sign-in'],
          response: { 200: ConfigBody, ...refusals(...NAMED_TENANT_REFUSALS, ...LIMIT_REFUSALS, ...FAULTS) },
        },
      },
      async (request) => {
        const tenant = await publicTenantOf(request, resolveTenant);
        const settings = effectiveSettings(tenant, tenantDefaults);
        return {
          tenant: { id: tenant.id, slug: tenant.slug, name: tenant.name },
          methods: settings.methods,
          signup: settings.signup,
          email_verification_required: settings.emailVerificationRequired,
          password_policy: settings.passwordPolicy,
          mfa: settings.mfa,
          providers: [],
          branding: settings.branding,
          locales: ['en'],
          default_locale: settings.defaultLocale,
        };
      },
    );
  };
