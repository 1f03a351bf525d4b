import { Ajv } from 'ajv';
import { parseDocument } from 'yaml';

const text = { type: 'string', minLength: 1 } as const;
const closed = (required: readonly string[], properties: Readonly<Record<string, unknown>>) => ({
  type: 'object',
  additionalProperties: false,
  required,
  properties,
});

const STEP = closed([], {
  name: text,
  // An action of its publisher's by its major version, and nothing that moves further.
  uses: { type: 'string', pattern: '^actions/[a-z-]+@v[1-9][0-9]*$' },
  with: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] } },
  run: text,
});

const JOB = closed(['name', 'runs-on', 'timeout-minutes', 'steps'], {
  name: text,
  'runs-on': { type: 'string', pattern: '^ubuntu-\\d+\\.\\d+$' },
  'timeout-minutes': { type: 'integer', minimum: 1, maximum: 60 },
  strategy: closed(['fail-fast', 'matrix'], {
    'fail-fast': { const: false },
    matrix: closed(['node'], { node: { type: 'array', items: { type: 'integer' }, uniqueItems: true } }),
  }),
  container: closed(['image'], { image: text, options: text }),
  steps: {
    type: 'array',
    minItems: 1,
    items: { ...STEP, oneOf: [{ required: ['uses'] }, { required: ['run'] }] },
  },
});

/** The part of a workflow's form that ours makes use of: a misspelt key is refused, and so is one that nobody thought about. */
const WORKFLOW = closed(['name', 'on', 'permissions', 'concurrency', 'jobs'], {
  name: text,
  // `pull_request_target` would run a stranger's change with our rights.
  on: closed(['push', 'pull_request'], {
    push: closed(['branches'], { branches: { const: ['main'] } }),
    pull_request: { type: 'null' },
    workflow_dispatch: { type: 'null' },
  }),
  permissions: { const: { contents: 'read' } },
  concurrency: closed(['group', 'cancel-in-progress'], { group: text, 'cancel-in-progress': text }),
  jobs: { type: 'object', minProperties: 1, additionalProperties: JOB },
});

export type Step = Readonly<{
  name?: string;
  uses?: string;
  with?: Readonly<Record<string, unknown>>;
  run?: string;
}>;
export type Job = Readonly<{
  strategy?: Readonly<{ matrix: Readonly<{ node: readonly number[] }> }>;
  container?: Readonly<{ image: string; options?: string }>;
  steps: readonly Step[];
}>;
export type Workflow = Readonly<{ jobs: Readonly<Record<string, Job>> }>;

const isWorkflow = new Ajv({ allErrors: true, strict: false }).compile<Workflow>(WORKFLOW);

/**
 * Reads a workflow of GitHub Actions.
 *
 * @throws {Error} the text is no YAML, says a key twice, or is not of the form that ours has
 */
export function readWorkflow(source: string): Workflow {
  const document = parseDocument(source, { strict: true, uniqueKeys: true });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw problem;
  const workflow: unknown = document.toJS();
  if (isWorkflow(workflow)) return workflow;
  const told = (isWorkflow.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
  throw new Error(told.join('; '));
}

/** Everything between `${{` and `}}`. */
export function expressionsIn(source: string): readonly string[] {
  return [...source.matchAll(/\$\{\{(.*?)\}\}/g)].map(([, expression = '']) => expression.trim());
}
