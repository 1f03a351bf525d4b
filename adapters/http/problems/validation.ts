import type { FastifyError } from 'fastify';
import type { FieldProblem } from '../../../core/kernel/errors.ts';

type SchemaError = NonNullable<FastifyError['validation']>[number];

/** How many fields an answer names at most. */
export const TOLD_MAX = 20;

const TEXTS: Readonly<Record<string, readonly [code: string, detail: string]>> = {
  required: ['required', 'This field is required'],
  additionalProperties: ['unknown_field', 'There is no such field'],
  type: ['wrong_type', 'This field is of the wrong type'],
  minLength: ['too_short', 'This field is too short'],
  maxLength: ['too_long', 'This field is too long'],
  enum: ['not_allowed', 'This is none of the values that the field takes'],
  const: ['not_allowed', 'This is none of the values that the field takes'],
};

/** What a schema found wrong, by field and without the values that were sent. */
export function fieldProblemsOf(errors: readonly SchemaError[]): readonly FieldProblem[] {
  // Of a field with several complaints the first says most: that it is no text tells more than that it is none of a list.
  const byPointer = new Map([...errors].reverse().map((error) => [pointerOf(error), error]));
  return [...byPointer].slice(0, TOLD_MAX).map(([pointer, { keyword }]) => {
    const [code, detail] = TEXTS[keyword] ?? ['invalid', 'This field is not valid'];
    return { pointer, code, detail };
  });
}

function pointerOf({ instancePath, params }: SchemaError): string {
  const name = params['missingProperty'] ?? params['additionalProperty'];
  if (typeof name !== 'string') return instancePath;
  return `${instancePath}/${pointerSegment(name)}`;
}

/** A field's name within a JSON Pointer (RFC 6901, section 3). One that a stranger made up is cut short. */
export function pointerSegment(name: string): string {
  return name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
}
