import fc from 'fast-check';
import type { Flaw, Happening, ModelState, Request } from './model.ts';

/** Which process a request goes to. */
export type ProcessIndex = 0 | 1;

/** What a caller wants; which token that takes is known when it is their turn. */
export type Wish =
  | Readonly<{ kind: 'rotate' | 'retry' | 'ahead'; session: number; isByCookie: boolean }>
  | Readonly<{ kind: 'replay'; session: number; older: number; isByCookie: boolean }>
  | Readonly<{ kind: 'in_vain'; session: number; flaw: Flaw }>
  | Extract<Request, Readonly<{ kind: 'logout' | 'logout_all' | 'end_one' }>>;

/** One line of an interleaving. */
export type Command =
  | Readonly<{ kind: 'request'; process: ProcessIndex; wish: Wish }>
  /** Two at the same time, one on each process. */
  | Readonly<{ kind: 'both'; wishes: readonly [Wish, Wish] }>
  | Readonly<{ kind: 'happening'; happening: Happening }>;

/** What is sent where the sessions stand so. A token that was never handed out is replaced by the nearest that was. */
export function requestOf(state: ModelState, wish: Wish): Request {
  if (wish.kind === 'logout' || wish.kind === 'logout_all' || wish.kind === 'end_one') return wish;
  const { session } = wish;
  const { number = 0, highest = 0 } = state[session] ?? {};
  switch (wish.kind) {
    case 'rotate':
      return { kind: 'refresh', session, number, isByCookie: wish.isByCookie };
    case 'retry':
      return { kind: 'refresh', session, number: Math.max(0, number - 1), isByCookie: wish.isByCookie };
    case 'replay':
      return {
        ...{ kind: 'refresh', session, isByCookie: wish.isByCookie },
        number: Math.max(0, number - 1 - wish.older),
      };
    case 'ahead':
      return {
        ...{ kind: 'refresh', session, isByCookie: wish.isByCookie },
        number: Math.min(highest, number + 1),
      };
    case 'in_vain':
      return { kind: 'refresh_in_vain', session, number, flaw: wish.flaw };
  }
}

/** All but its last character, of which some bits say nothing, may be changed. */
const CHANGEABLE_CHARACTERS = 121;

/** An object as one writes it, so that it is printed as one writes it. */
function record<T>(members: { [Name in keyof T]: fc.Arbitrary<T[Name]> }): fc.Arbitrary<T> {
  return fc.record(members, { noNullPrototype: true });
}

const flaw: fc.Arbitrary<Flaw> = fc.oneof(
  { weight: 2, arbitrary: record({ kind: fc.constant('forged'), at: fc.nat(CHANGEABLE_CHARACTERS - 1) }) },
  record({
    kind: fc.constant('malformed'),
    text: fc.constantFrom('cut', 'longer', 'empty', 'words'),
  }),
  record({ kind: fc.constantFrom('other_secret', 'other_tenant', 'no_session', 'wrong_place') }),
);

/** Lines about this many sessions. */
export function commands(sessionCount: number): fc.Arbitrary<readonly Command[]> {
  const any = fc.nat(sessionCount - 1);
  const process = fc.constantFrom<ProcessIndex>(0, 1);
  const twice = any.chain((session) =>
    fc.tuple(wishOf(fc.constant(session), any), wishOf(mostly(session, any), any)),
  );
  const command: fc.Arbitrary<Command> = fc.oneof(
    {
      weight: 12,
      arbitrary: record({ kind: fc.constant('request'), process, wish: wishOf(any, any) }),
    },
    { weight: 5, arbitrary: record({ kind: fc.constant('both'), wishes: twice }) },
    {
      weight: 2,
      arbitrary: record({ kind: fc.constant('happening'), happening: happeningTo(any) }),
    },
  );
  return fc.array(command, { minLength: 1, maxLength: 40, size: 'max' });
}

function mostly(session: number, any: fc.Arbitrary<number>): fc.Arbitrary<number> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(session) }, any);
}

function wishOf(session: fc.Arbitrary<number>, other: fc.Arbitrary<number>): fc.Arbitrary<Wish> {
  const isByCookie = fc.boolean();
  return fc.oneof(
    { weight: 12, arbitrary: record({ kind: fc.constant('rotate'), session, isByCookie }) },
    { weight: 5, arbitrary: record({ kind: fc.constant('retry'), session, isByCookie }) },
    {
      weight: 1,
      arbitrary: record({
        ...{ kind: fc.constant('replay'), session, isByCookie },
        older: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 2, arbitrary: record({ kind: fc.constant('ahead'), session, isByCookie }) },
    { weight: 4, arbitrary: record({ kind: fc.constant('in_vain'), session, flaw }) },
    { weight: 1, arbitrary: record({ kind: fc.constant('logout'), session }) },
    {
      weight: 1,
      arbitrary: record({
        ...{ kind: fc.constant('logout_all'), session },
        ...{ isCurrentKept: fc.boolean(), isAsDelete: fc.boolean() },
      }),
    },
    { weight: 1, arbitrary: record({ kind: fc.constant('end_one'), session, other }) },
  );
}

function happeningTo(session: fc.Arbitrary<number>): fc.Arbitrary<Happening> {
  return fc.oneof(
    {
      weight: 1,
      arbitrary: record({
        ...{ kind: fc.constant('expires'), session },
        limit: fc.constantFrom('idle', 'absolute', 'inactivity'),
      }),
    },
    { weight: 3, arbitrary: record({ kind: fc.constant('grace_passes'), session }) },
    {
      weight: 2,
      arbitrary: record({
        ...{ kind: fc.constant('is_restored'), session },
        rotations: fc.integer({ min: 1, max: 3 }),
      }),
    },
  );
}
