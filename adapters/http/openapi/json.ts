export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object, as a document is read: any name may be missing. */
export type JsonObject = Readonly<{ [name: string]: Json | undefined }>;

/** Whether a value is an object, and neither a list nor `null`. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `value` where it is an object, and an empty one otherwise. */
export function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** `value` where it is a list, and an empty one otherwise. */
export function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

/** `value` where it is text, and none otherwise. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** The same object with each of its values, which are objects themselves, made into another. */
export function mapObjects(
  value: Json | undefined,
  change: (inner: JsonObject, name: string) => JsonObject,
): JsonObject {
  const entries = Object.entries(objectOf(value));
  return Object.fromEntries(entries.map(([name, inner]) => [name, change(objectOf(inner), name)]));
}
