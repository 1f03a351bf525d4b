import { PROBLEM_MEDIA_TYPE } from '../problems/problem.ts';
import { shareResponses, usedComponents } from './components.ts';
import { HEADER_COMPONENTS, headersOf } from './headers.ts';
import { isObject, type Json, type JsonObject, listOf, mapObjects, objectOf, textOf } from './json.ts';
import { PARAMETER_COMPONENTS, parametersOf } from './parameters.ts';
import { codesOf, problemExamples, withProblemExamples } from './problem-examples.ts';
import type { Examples, Shown } from './shown.ts';

/** What the routes say of an operation beside its schemas; nothing where they say nothing. */
export type ShownOf = (operationId: string) => Shown;

/**
 * Adds to a document of schemas what its readers need besides: an example of
 * every body, the headers of every answer, and what all operations share.
 *
 * @param document as it was collected from the routes
 * @param publicUrl under which `/errors` explains each code
 */
export function completeDocument(document: JsonObject, publicUrl: string, shownOf: ShownOf): JsonObject {
  const complete = mapObjects(document['paths'], (item) =>
    mapObjects(item, (operation) => completeOperation(operation, shownOf(textOf(operation['operationId'])))),
  );
  const { paths, responses } = shareResponses(complete);
  const { securitySchemes, ...others } = objectOf(document['components']);
  const components = {
    ...others,
    responses,
    examples: problemExamples(publicUrl),
    headers: HEADER_COMPONENTS,
    parameters: PARAMETER_COMPONENTS,
  };
  return {
    ...document,
    components: { securitySchemes, ...usedComponents(components, [paths]) },
    paths,
  };
}

function completeOperation(operation: JsonObject, shown: Shown): JsonObject {
  const { parameters, requestBody, responses, ...rest } = operation;
  const codes = Object.values(objectOf(responses)).flatMap((response) => codesOf(objectOf(response)));
  const told = [...parametersOf(codes, shown.parameters), ...listOf(parameters)];
  return {
    ...rest,
    ...(told.length > 0 && { parameters: told }),
    ...(isObject(requestBody) && { requestBody: completeRequest(requestBody, shown.requests) }),
    responses: mapObjects(responses, (response, status) =>
      completeResponse(response, { operation, shown, status: Number(status) }),
    ),
  };
}

/** No body at all counts as `{}`, so it is wanted only where some field is. */
function completeRequest(body: JsonObject, examples: Examples | undefined): JsonObject {
  const schemas = Object.values(objectOf(body['content'])).map((media) =>
    objectOf(objectOf(media)['schema']),
  );
  const isRequired = schemas.some(({ required }) => listOf(required).length > 0);
  return {
    ...(isRequired ? {} : { description: 'No body at all counts as `{}`' }),
    required: isRequired,
    content: withExamples(body['content'], examples),
  };
}

type Of = Readonly<{ operation: JsonObject; shown: Shown; status: number }>;

function completeResponse(response: JsonObject, { operation, shown, status }: Of): JsonObject {
  const { description, content, ...rest } = response;
  const isPublic = operation['x-access'] === 'public';
  const isProblem = isObject(objectOf(content)[PROBLEM_MEDIA_TYPE]);
  const answer = {
    status,
    isProblem,
    takesBearer: !isPublic,
    isLimited: operation['x-limit'] !== undefined && operation['x-limit'] !== 'none',
  };
  const headers = headersOf(answer, shown.headers?.[status]);
  return withProblemExamples({
    description,
    ...rest,
    ...(Object.keys(headers).length > 0 && { headers }),
    ...(isObject(content) && { content: withExamples(content, shown.answers?.[status]) }),
  });
}

function withExamples(content: Json | undefined, examples: Examples | undefined): JsonObject {
  return mapObjects(content, (media) => ({ ...media, ...(examples && { examples: plain(examples) }) }));
}

/** Examples are written as values of the program; what the document holds of them is their JSON. */
function plain(examples: Examples): JsonObject {
  return JSON.parse(JSON.stringify(examples));
}
