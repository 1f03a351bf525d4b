import type { EnvironmentVariables } from './lookup.ts';
import { ALL_VARIABLES } from './variables/index.ts';

/** Up to this length one slip is allowed, beyond it two: nearly everything is near to a short name. */
const SHORT_NAME_LENGTH = 10;
/** Names that are shorter are near to too much. */
const NAME_LENGTH_MIN = 4;

/**
 * What is set under a name that is nearly, but not quite, one of ours.
 *
 * Other programs have their variables in the same environment, so a name is
 * told only where a slip or two away from ours. Tells names and never values.
 *
 * @returns a sentence for each
 */
export function findMisspelt(env: EnvironmentVariables): readonly string[] {
  const known = ALL_VARIABLES.flatMap(({ name, isSecret }) => (isSecret ? [name, `${name}_FILE`] : [name]));
  const unset = known.filter((name) => env[name] === undefined);
  return Object.keys(env)
    .filter((name) => name.length >= NAME_LENGTH_MIN && !known.includes(name))
    .flatMap((name) => {
      const meant = nearestTo(name, unset);
      return meant === null ? [] : [`${name} is no setting of Gatehouse; did you mean ${meant}?`];
    });
}

function nearestTo(typed: string, names: readonly string[]): string | null {
  const near = names
    .map((name) => ({ name, slips: slipsBetween(typed, name) }))
    .filter(({ slips }) => slips <= slipsAllowed(typed))
    .sort((left, right) => left.slips - right.slips);
  return near[0]?.name ?? null;
}

function slipsAllowed(name: string): number {
  return name.length <= SHORT_NAME_LENGTH ? 1 : 2;
}

/** How many letters were added, left out, changed or swapped with their neighbour (optimal string alignment). */
function slipsBetween(typed: string, meant: string): number {
  if (Math.abs(typed.length - meant.length) > 2) return Number.POSITIVE_INFINITY;
  const table = [Array.from({ length: meant.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => table[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= typed.length; row += 1) {
    const slips = [row];
    for (let column = 1; column <= meant.length; column += 1) {
      const isSame = typed[row - 1] === meant[column - 1];
      const isSwapped = typed[row - 1] === meant[column - 2] && typed[row - 2] === meant[column - 1];
      slips[column] = Math.min(
        at(row - 1, column) + 1,
        (slips[column - 1] ?? 0) + 1,
        at(row - 1, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    table.push(slips);
  }
  return at(typed.length, meant.length);
}
