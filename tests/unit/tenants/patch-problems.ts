import { expect } from 'vitest';
import { ValidationFailed } from '../../../core/kernel/errors.ts';
import { parseSettingsPatch } from '../../../core/tenants/index.ts';

/** What is wrong with changes that come as JSON: where, and of which kind. */
export function problemsOf(input: unknown): readonly string[] {
  try {
    parseSettingsPatch(input);
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailed)) throw error;
    for (const { detail } of error.problems) expect(detail).toMatch(/^[A-Z][^\n]{10,}/);
    return error.problems.map(({ pointer, code }) => `${pointer} ${code}`);
  }
}
