import { type TObject, Type } from 'typebox';
import type { FieldProblem } from '../../../core/kernel/errors.ts';
import { PROBLEMS, type ProblemCode } from './catalogue.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

/** RFC 9457 problem details. `code` is what clients branch on. */
export const Problem: TObject = Type.Object(
  {
    type: Type.String({ format: 'uri', description: 'Where the code is explained' }),
    title: Type.String({ description: 'The same for every occurrence of the code' }),
    status: Type.Integer({ description: 'The status of the answer', examples: [401] }),
    detail: Type.String({ description: 'What happened, and what can be done about it' }),
    code: Type.String({
      description: 'What to branch on. Stable; the list grows by release',
      enum: Object.keys(PROBLEMS).sort(),
    }),
    request_id: Type.String({ description: 'As in `X-Request-ID` and in the log' }),
    errors: Type.Optional(
      Type.Array(Type.Object({ pointer: Type.String(), code: Type.String(), detail: Type.String() }), {
        description: 'Which fields, with `validation_failed` only. `pointer` is a JSON Pointer (RFC 6901)',
      }),
    ),
  },
  { $id: 'Problem' },
);

export type ProblemBody = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  request_id: string;
  errors?: readonly FieldProblem[];
}>;

type Occurrence = Readonly<{ detail: string; requestId: string; errors?: readonly FieldProblem[] }>;

/** @param publicUrl under which `/errors` explains each code */
export function problemBody(publicUrl: string, code: ProblemCode, occurrence: Occurrence): ProblemBody {
  const { status, title } = PROBLEMS[code];
  const { detail, requestId, errors } = occurrence;
  return {
    type: `${publicUrl}/errors#${code}`,
    title,
    status,
    detail,
    code,
    request_id: requestId,
    ...(errors && { errors }),
  };
}

/**
 * The answers of a route that refuse, for its schema: one per status, naming
 * the codes between backticks. The document adds an example of each.
 */
export function refusals(...codes: readonly ProblemCode[]): Record<number, unknown> {
  const statuses = [...new Set(codes.map((code) => PROBLEMS[code].status))].sort();
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      {
        description: codes
          .filter((code) => PROBLEMS[code].status === status)
          .map((code) => `\`${code}\``)
          .join(', '),
        content: { [PROBLEM_MEDIA_TYPE]: { schema: Type.Ref('Problem') } },
      },
    ]),
  );
}
