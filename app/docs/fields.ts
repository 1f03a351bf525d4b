import { type JsonObject, objectOf, textOf } from './api-document.ts';
import { table } from './markdown.ts';

/** What an operation takes: its body's fields, and what it reads from the path and the headers. */
type Taken = Readonly<{ requestBody: JsonObject; parameters: readonly JsonObject[] }>;

/** A table of what an operation takes beside its cookies and its token; none where that is nothing. */
export function renderFields({ requestBody, parameters }: Taken): readonly string[] {
  const media = objectOf(objectOf(requestBody['content'])['application/json']);
  const schema = objectOf(media['schema']);
  const required: readonly unknown[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const fields = Object.entries(objectOf(schema['properties'])).map(([name, field]) =>
    rowOf(`\`${name}\``, objectOf(field), required.includes(name)),
  );
  const others = parameters
    .filter((parameter) => parameter['in'] !== 'cookie')
    .map((parameter) =>
      rowOf(
        `\`${textOf(parameter['name'])}\` (${textOf(parameter['in'])})`,
        { ...objectOf(parameter['schema']), description: parameter['description'] },
        parameter['required'] === true,
      ),
    );
  const rows = [...fields, ...others];
  return rows.length > 0 ? [table(['takes', 'type', 'limits', 'required', 'what'], rows)] : [];
}

function rowOf(name: string, schema: JsonObject, isRequired: boolean): readonly string[] {
  return [name, typeOf(schema), limitsOf(schema), isRequired ? 'yes' : 'no', textOf(schema['description'])];
}

function typeOf({ type, format, enum: values }: JsonObject): string {
  if (Array.isArray(values)) return values.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  const types: readonly unknown[] = Array.isArray(type) ? type : [type];
  const named = types.map((one) => `${one}`).join(' or ');
  return typeof format === 'string' ? `${named}, ${format}` : named;
}

function limitsOf(schema: JsonObject): string {
  const told = [
    limit(schema, 'minLength', (length) => `at least ${length} characters`),
    limit(schema, 'maxLength', (length) => `at most ${length} characters`),
    limit(schema, 'minimum', (value) => `at least ${value}`),
    limit(schema, 'maximum', (value) => `at most ${value}`),
    limit(schema, 'pattern', (pattern) => `\`${pattern}\``),
    limit(schema, 'default', (value) => `${value} where it is left out`),
  ];
  return told.filter((text) => text !== '').join(', ');
}

function limit(schema: JsonObject, keyword: string, words: (value: string) => string): string {
  const value = schema[keyword];
  return value === undefined ? '' : words(String(value));
}
