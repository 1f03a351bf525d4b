import { describe, expect, it } from 'vitest';
import { shareResponses, usedComponents } from '../../../adapters/http/openapi/components.ts';

const refusal = (code: string, headers: readonly string[] = []) => ({
  description: `\`${code}\``,
  ...(headers.length > 0 && {
    headers: Object.fromEntries(headers.map((name) => [name, { $ref: 'there' }])),
  }),
  content: { 'application/problem+json': { schema: {} } },
});

/** A document's paths, each with one operation that has one answer. */
const paths = (...responses: readonly object[]) =>
  JSON.parse(
    JSON.stringify(
      Object.fromEntries(
        responses.map((response, index) => [`/${index}`, { get: { responses: { 500: response } } }]),
      ),
    ),
  );

describe('sharing refusals', () => {
  it('tells one of several operations once, and its description at each of them', () => {
    const fault = refusal('internal_error');

    const shared = shareResponses(paths(fault, fault));

    expect(shared.responses).toEqual({ internal_error: fault });
    const reference = { $ref: '#/components/responses/internal_error', description: '`internal_error`' };
    expect(shared.paths).toEqual(paths(reference, reference));
  });

  it('keeps apart those that a rate limit adds headers to', () => {
    const [plain, limited] = [
      refusal('internal_error'),
      refusal('internal_error', ['RateLimit-Limit', 'Retry-After']),
    ];

    const { responses } = shareResponses(paths(plain, limited, plain, limited));

    expect(responses).toEqual({ internal_error: plain, 'internal_error.limited': limited });
  });

  it.each([
    ['only one operation has', [refusal('internal_error'), refusal('unavailable')]],
    ['has several codes', [refusal('a_code`, `b_code'), refusal('a_code`, `b_code')]],
    [
      'has headers of its own',
      [refusal('token_missing', ['WWW-Authenticate']), refusal('token_missing', ['WWW-Authenticate'])],
    ],
  ])('leaves alone what %s', (_what, responses) => {
    expect(shareResponses(paths(...responses))).toEqual({ paths: paths(...responses), responses: {} });
  });
});

describe('used components', () => {
  it('are those that are referred to, from within others too', () => {
    const components = {
      schemas: {
        Used: { $ref: '#/components/schemas/Within' },
        Within: {},
        Spare: { $ref: '#/components/schemas/Spare' },
      },
      examples: { spare: {} },
    };

    expect(usedComponents(components, [{ deep: [{ $ref: '#/components/schemas/Used' }] }])).toEqual({
      schemas: { Used: components.schemas.Used, Within: {} },
    });
  });
});
