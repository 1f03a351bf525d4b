import type { FastifyBaseLogger, FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { AnyDomainError } from '../../../core/errors.ts';
import {
  DomainError,
  type FieldProblem,
  Unavailable,
  ValidationFailed,
} from '../../../core/kernel/errors.ts';
import { AccountLocked, RateLimited } from '../../../core/protection/index.ts';
import { FRESH_SECONDS, ReauthenticationRequired } from '../../../core/sessions/index.ts';
import { takesBearer } from '../access/access.ts';
import { EdgeError, PROBLEMS, type ProblemCode } from './catalogue.ts';
import { PROBLEM_MEDIA_TYPE, problemBody } from './problem.ts';
import { fieldProblemsOf } from './validation.ts';

type Described = Readonly<{ code: ProblemCode; detail: string; errors?: readonly FieldProblem[] }>;

/** Framework refusals that have a code of ours. */
const FRAMEWORK_CODES: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request_malformed',
  FST_ERR_CTP_INVALID_JSON_BODY: 'json_invalid',
  FST_ERR_BAD_URL: 'route_not_found',
  FST_ERR_ASYNC_CONSTRAINT: 'route_not_found',
  FST_ERR_MAX_PARAM_LENGTH: 'route_not_found',
};

/** Answers every error as a problem document. What is not foreseen is logged, and told as nothing but a 500. */
export function createErrorHandler(publicUrl: string) {
  return (error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const described = describe(error, request.log);
    const { status } = PROBLEMS[described.code];
    const wait = retryAfterOf(error);
    if (wait !== null) void reply.header('retry-after', String(wait));
    if (error instanceof AccountLocked || error instanceof RateLimited) tellNothingLeft(reply, error);
    if (status === 401 && takesBearer(request))
      void reply.header('www-authenticate', challengeOf(error, described.code));
    const body = problemBody(publicUrl, described.code, { ...described, requestId: request.id });
    return reply.code(status).type(PROBLEM_MEDIA_TYPE).serializer(JSON.stringify).send(body);
  };
}

function describe(error: unknown, log: FastifyBaseLogger): Described {
  if (error instanceof DomainError) return describeDomainError(error, log);
  if (error instanceof EdgeError) return { code: error.code, detail: error.message };
  const { code, validation } = error as Partial<FastifyError>;
  if (validation) return { code: 'validation_failed', ...summary(fieldProblemsOf(validation)) };
  const known = code === undefined ? undefined : FRAMEWORK_CODES[code];
  if (known) return { code: known, detail: PROBLEMS[known].title };
  if (isNowhere(error)) return { code: 'route_not_found', detail: 'There is no such route' };
  log.error({ err: error }, 'request failed');
  return { code: 'internal_error', detail: 'Something went wrong. The request id finds it in the log' };
}

/** A lock is a count as well, and where it refuses it is the tightest. */
function tellNothingLeft(reply: FastifyReply, { retryAfterSeconds }: AccountLocked | RateLimited): void {
  if (!reply.hasHeader('ratelimit-limit')) return;
  void reply.header('ratelimit-remaining', '0').header('ratelimit-reset', String(retryAfterSeconds));
}

/** How many seconds to wait before the next try, where the error knows. */
function retryAfterOf(error: unknown): number | null {
  const isTemporary =
    error instanceof Unavailable || error instanceof AccountLocked || error instanceof RateLimited;
  return isTemporary ? error.retryAfterSeconds : null;
}

/** What a plugin says of a path that leads to none of its files. */
function isNowhere(error: unknown): boolean {
  const { statusCode } = error as Partial<FastifyError>;
  return statusCode === 403 || statusCode === 404;
}

function describeDomainError(error: DomainError, log: FastifyBaseLogger): Described {
  const { code } = error as AnyDomainError;
  if (error instanceof ValidationFailed) return { code, ...summary(error.problems) };
  if (error instanceof Unavailable) log.warn({ err: error.cause }, 'backend unavailable');
  return { code, detail: error.message };
}

function summary(errors: readonly FieldProblem[]) {
  const detail = errors.length === 1 ? '1 field needs attention' : `${errors.length} fields need attention`;
  return { detail, errors };
}

/** Refusals of which the token is not the reason: none came, or it is good and something else was wrong. */
const NOT_OF_TOKEN: readonly ProblemCode[] = ['token_missing', 'invalid_credentials', 'code_invalid'];

/** RFC 6750, section 3, says why a token is refused; RFC 9470, section 3, what its sign-in lacks. */
function challengeOf(error: unknown, code: ProblemCode): string {
  if (error instanceof ReauthenticationRequired) {
    const factors = error.lacksFactor ? ', acr_values="aal2"' : '';
    return `Bearer error="insufficient_user_authentication", max_age=${FRESH_SECONDS}${factors}`;
  }
  return NOT_OF_TOKEN.includes(code) ? 'Bearer' : 'Bearer error="invalid_token"';
}
