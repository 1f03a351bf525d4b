import { beforeAll, describe, expect, it } from 'vitest';
import { type ApiDocument, readApiDocument } from '../../../app/docs/api-document.ts';
import { lintApi } from '../../../app/docs/lint.ts';

let api: ApiDocument;

beforeAll(async () => {
  api = await readApiDocument();
});

/** The document of the routes with one passage of its text in other words. */
function altered(passage: RegExp, words: string): ApiDocument {
  const text = JSON.stringify(api);
  const changed = text.replace(passage, words);
  if (changed === text) throw new Error(`The document has no passage like ${passage}`);
  return JSON.parse(changed);
}

describe('the linter', () => {
  it('has nothing to say against the document of the routes', async () => {
    expect(await lintApi(api)).toEqual([]);
  });

  it.each([
    [
      'an operation without a description',
      /"description":"Looks at nothing else\.",/,
      '',
      'operation-description',
    ],
    [
      'an operation whose tag is not described',
      /"tags":\["Sessions"\]/,
      '"tags":["Others"]',
      'operation-tag-defined',
    ],
    [
      'a parameter without a description',
      /"description":"The slug or the id of a tenant[^"]*",/,
      '',
      'parameter-description',
    ],
    [
      'an operation that refuses nobody, where that is not meant',
      /"\/live":/,
      '"/alive":',
      'operation-4xx-response',
    ],
    ['a tag without a description', /("name":"Sessions"),"description":"[^"]*"/, '$1', 'tag-description'],
    [
      'two operations of one name',
      /"operationId":"logout"/,
      '"operationId":"login"',
      'operation-operationId-unique',
    ],
    [
      'an example that its schema does not take',
      /("value":\{"token":)"[^"]*"/,
      '$1 7',
      'no-invalid-media-type-examples',
    ],
    [
      'a reference to nothing',
      /#\/components\/schemas\/SignIn"/,
      '#/components/schemas/None"',
      'no-unresolved-refs',
    ],
    [
      'a component that nobody refers to',
      /("examples":\{)("account_locked")/,
      '$1"spare":{"value":1},$2',
      'no-unused-components',
    ],
    [
      'a refusal that is no problem',
      /application\/problem\+json/g,
      'application/json',
      'operation-4xx-problem-details-rfc7807',
    ],
    ['what is no part of OpenAPI', /"requestBody":\{/, '"requestBody":{"need":true,', 'struct'],
  ])('finds %s', async (_what, passage, words, rule) => {
    const findings = await lintApi(altered(passage, words));

    expect(findings.join('\n')).toContain(`(${rule})`);
  });
});
