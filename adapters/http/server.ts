import cookie from '@fastify/cookie';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { Unavailable } from '../../core/kernel/errors.ts';
import type { DevMailbox } from '../../core/notifications/index.ts';
import type { AccessTokens } from '../../core/tokens/index.ts';
import { type ClientAddressDeps, registerClientAddress } from './access/client-address.ts';
import { type CorsDeps, registerCors } from './access/cors.ts';
import { type GuardDeps, registerGuard } from './access/guard.ts';
import {
  createCountCredential,
  createCountPublic,
  type LimitsDeps,
  registerPublicLimit,
} from './access/limits.ts';
import { registerRequestFacts } from './access/request-facts.ts';
import { type ConfigRouteDeps, configRoute } from './auth/config-route.ts';
import { type ReauthenticateRoutesDeps, reauthenticateRoutes } from './auth/reauthenticate-routes.ts';
import { type RefreshRouteDeps, refreshRoute } from './auth/refresh-route.ts';
import { type SessionRoutesDeps, sessionRoutes } from './auth/session-routes.ts';
import { type SignInRoutesDeps, signInRoutes } from './auth/sign-in-routes.ts';
import { SignInBody } from './bodies/sign-in.ts';
import { UserBody } from './bodies/user.ts';
import { answerClientError } from './conventions/client-error.ts';
import { registerClosing } from './conventions/closing.ts';
import { registerHeaders } from './conventions/headers.ts';
import { registerHttpsRedirect } from './conventions/https-redirect.ts';
import { registerJsonBody } from './conventions/json-body.ts';
import { lazyLogger } from './conventions/lazy-logger.ts';
import { registerNoBody } from './conventions/no-body.ts';
import { registerPressure } from './conventions/pressure.ts';
import { registerProtocol } from './conventions/protocol.ts';
import { createRequestId } from './conventions/request-id.ts';
import { registerRequestLog } from './conventions/request-log.ts';
import { type RequestMetricsDeps, registerRequestMetrics } from './conventions/request-metrics.ts';
import { collectMethods, registerNotFound, routedUrl } from './conventions/routing.ts';
import { type EmailRoutesDeps, emailRoutes } from './email/routes.ts';
import { type InvitationRoutesDeps, invitationRoutes } from './invitations/routes.ts';
import { registerOpenApi } from './openapi.ts';
import { devMailboxRoute } from './operations/dev-mailbox-route.ts';
import { jwksRoute } from './operations/jwks-route.ts';
import { type MetricsRouteDeps, metricsRoute } from './operations/metrics-route.ts';
import { type ProbeRoutesDeps, probeRoutes } from './operations/probe-routes.ts';
import { pageRoutes } from './pages/routes.ts';
import { createErrorHandler } from './problems/error-handler.ts';
import { errorsPage } from './problems/errors-page.ts';
import { Problem } from './problems/problem.ts';
import { type OwnSessionRoutesDeps, ownSessionRoutes } from './sessions/routes.ts';

/** The longest body that is read. */
export const BODY_BYTES_MAX = 64 * 1024;
/** The longest request line and headers, together. */
export const HEADER_BYTES_MAX = 16 * 1024;
/** How long a request may take to arrive, in milliseconds. */
export const REQUEST_TIMEOUT_MS = 15_000;

export type HttpDeps = GuardDeps &
  ClientAddressDeps &
  Omit<CorsDeps, 'countPublic'> &
  ConfigRouteDeps &
  Omit<EmailRoutesDeps, 'countCredential'> &
  Omit<InvitationRoutesDeps, 'countCredential'> &
  LimitsDeps &
  MetricsRouteDeps &
  ProbeRoutesDeps &
  OwnSessionRoutesDeps &
  Omit<ReauthenticateRoutesDeps, 'countCredential'> &
  RefreshRouteDeps &
  RequestMetricsDeps &
  SessionRoutesDeps &
  Omit<SignInRoutesDeps, 'countCredential'> &
  Readonly<{
    accessTokens: AccessTokens;
    /** `null` outside development: then the route does not exist. */
    devMailbox: DevMailbox | null;
    /** Whether the service is set up: until then every other route than the probes answers 503. */
    isOpen(): boolean;
    newId(): string;
    logger: FastifyBaseLogger;
    publicUrl: string;
    version: string;
    isDocsOn: boolean;
    /** A process that runs jobs and serves nobody: it has no other routes. */
    servesOnlyProbes: boolean;
  }>;

/** Builds the HTTP edge: conventions first, then a folder of routes per room. */
export async function createHttpServer(deps: HttpDeps): Promise<FastifyInstance> {
  const handleError = createErrorHandler(deps.publicUrl);
  const server = Fastify({
    loggerInstance: deps.logger,
    genReqId: createRequestId(deps.newId),
    childLoggerFactory: (logger, bindings) => lazyLogger(logger, bindings),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // A missing Host is refused by us: see registerProtocol.
    http: { maxHeaderSize: HEADER_BYTES_MAX, requireHostHeader: false },
    rewriteUrl: ({ url }) => routedUrl(url),
    clientErrorHandler: answerClientError(deps),
    // A longer parameter would be refused before any hook: without headers, a log line or being counted.
    routerOptions: { maxParamLength: HEADER_BYTES_MAX },
    frameworkErrors: (error, request, reply) => void handleError(error, request, reply),
    // A body with a field too many is refused, not quietly trimmed; "1" is not 1.
    ajv: { customOptions: { removeAdditional: false, coerceTypes: false, allErrors: true } },
  }).withTypeProvider<TypeBoxTypeProvider>();

  server.setErrorHandler(handleError);
  server.addSchema(Problem).addSchema(UserBody).addSchema(SignInBody);
  await registerConventions(server, deps);
  await registerRoutes(server, deps);
  return server;
}

async function registerConventions(server: FastifyInstance, deps: HttpDeps): Promise<void> {
  registerRequestFacts(server);
  registerClosing(server);
  registerClientAddress(server, deps);
  registerRequestLog(server);
  registerRequestMetrics(server, deps);
  registerHeaders(server, deps.publicUrl.startsWith('https:'));
  await registerPressure(server);
  registerProtocol(server);
  registerHttpsRedirect(server, deps.publicUrl);
  registerJsonBody(server);
  registerNoBody(server);
  const methodsOf = collectMethods(server);
  const countPublic = createCountPublic(deps);
  registerCors(server, { ...deps, countPublic }, methodsOf);
  registerNotFound(server, methodsOf);
  server.addHook('onRequest', ({ is404, routeOptions }, _reply, next) => {
    if (!deps.isOpen() && !is404 && !routeOptions.config.isAlwaysOn) throw new Unavailable();
    next();
  });
  await server.register(cookie);
  // Before the documents, whose plugin registers its routes at once.
  registerPublicLimit(server, countPublic);
  await registerOpenApi(server, {
    publicUrl: deps.publicUrl,
    version: deps.version,
    isServed: deps.isDocsOn && !deps.servesOnlyProbes,
    hasAccessCookie: deps.hasAccessCookie,
  });
  registerGuard(server, deps);
}

async function registerRoutes(server: FastifyInstance, httpDeps: HttpDeps): Promise<void> {
  const deps = { ...httpDeps, countCredential: createCountCredential(httpDeps) };
  await server.register(probeRoutes(deps));
  await server.register(metricsRoute(deps));
  if (deps.servesOnlyProbes) return;
  await server.register(jwksRoute(deps));
  await server.register(signInRoutes(deps));
  await server.register(refreshRoute(deps));
  await server.register(sessionRoutes(deps));
  await server.register(ownSessionRoutes(deps));
  await server.register(reauthenticateRoutes(deps));
  await server.register(configRoute(deps));
  await server.register(emailRoutes(deps));
  await server.register(invitationRoutes(deps));
  await server.register(pageRoutes({}));
  await server.register(errorsPage);
  if (deps.devMailbox) await server.register(devMailboxRoute({ ...deps, devMailbox: deps.devMailbox }));
}
