import type { InjectOptions } from 'fastify';
import { beforeAll, describe, expect, it } from 'vitest';
import { newHost } from '../../../http/support/attempts.ts';
import type { HttpService } from '../../../http/support/http-service.ts';
import { type DatabaseState, databaseState } from '../../support/database-state.ts';
import { shapeOf } from '../../support/shape.ts';
import { compare, isTelling, shuffled } from './timing.ts';

/** A hash takes most of a sign-in, as it does in service. */
export const MEASURED = {
  ARGON2_TIME_COST: '2',
  ARGON2_MEMORY_COST: '19456',
  ARGON2_PARALLELISM: '1',
};

/** One kind of request that must look like the others of its group: `known` and `unknown`, mostly. */
export type Kind = Readonly<{
  name: string;
  /** Makes one such request. Not measured. */
  make(): Promise<InjectOptions> | InjectOptions;
}>;

export type Group = Readonly<{
  service(): HttpService;
  status: number;
  /** Made when the service is there; the first is what the others are compared with. */
  kinds(service: HttpService): Promise<readonly Kind[]>;
}>;

const ROUNDS = 50;
const WARM_UP_ROUNDS = 3;

/** Status, body, headers, rows written and time: an outsider learns from none which of the kinds it was. */
export function describeAlike(title: string, { service, status, kinds: makeKinds }: Group): void {
  describe(title, () => {
    let kinds: readonly Kind[] = [];
    beforeAll(async () => {
      kinds = await makeKinds(service());
    });

    // Before anything else, so that what is counted of each of them begins here.
    it('leave as many rows behind in every table, so that none takes less', async () => {
      expectAllEqual(await each(kinds, (kind) => rowsAddedBy(service(), kind)));
    });

    it('are told apart by nothing in the answer', async () => {
      const answers = await each(kinds, async (kind) =>
        shapeOf(await service().send(await fromAnywhere(kind))),
      );
      expect(answers[kinds[0]?.name ?? '']).toMatchObject({ status });
      expectAllEqual(answers);
    });

    it('take the same time', async () => {
      const suspects = tellingOf(await measure(service(), kinds));
      // Once in a while a machine is busy for one of them. What is real shows again.
      const confirmed = suspects.length === 0 ? [] : tellingOf(await measure(service(), kinds));
      const names = suspects.map(({ name }) => name);
      expect(confirmed.filter(({ name }) => names.includes(name))).toEqual([]);
    });
  });
}

/** A request of a kind from an address of its own, so that no count by address tells them apart. */
async function fromAnywhere({ make }: Kind): Promise<InjectOptions> {
  return { remoteAddress: newHost(), ...(await make()) };
}

async function each<T>(kinds: readonly Kind[], look: (kind: Kind) => Promise<T>): Promise<Record<string, T>> {
  const seen: Record<string, T> = {};
  for (const kind of kinds) seen[kind.name] = await look(kind);
  return seen;
}

function expectAllEqual(seen: Readonly<Record<string, unknown>>): void {
  const [first] = Object.values(seen);
  expect(seen).toEqual(Object.fromEntries(Object.keys(seen).map((name) => [name, first])));
}

async function rowsAddedBy(service: HttpService, kind: Kind): Promise<Readonly<Record<string, number>>> {
  const request = await fromAnywhere(kind);
  const before = await databaseState(service);
  await service.send(request);
  return rowsAdded(before, await databaseState(service));
}

function rowsAdded(before: DatabaseState, after: DatabaseState): Readonly<Record<string, number>> {
  const added = [...after].map(([place, { count }]): [string, number] => [
    place,
    count - (before.get(place)?.count ?? 0),
  ]);
  return Object.fromEntries(added.filter(([, count]) => count !== 0));
}

type Series = Readonly<{ name: string; durationsMs: readonly number[] }>;

/** Asks for each kind in turn, in a new order each time, so that whatever slows the machine slows all of them. */
async function measure(service: HttpService, kinds: readonly Kind[]): Promise<readonly Series[]> {
  const series = kinds.map((kind) => ({ kind, name: kind.name, durationsMs: [] as number[] }));
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const { kind, durationsMs } of shuffled(series)) {
      const request = await fromAnywhere(kind);
      const begun = performance.now();
      const { statusCode } = await service.http.inject(request);
      const tookMs = performance.now() - begun;
      // What an overloaded machine turned away took no time, and says nothing.
      if (round >= 0 && statusCode !== 503) durationsMs.push(tookMs);
    }
  }
  for (const { name, durationsMs } of series) {
    expect([name, durationsMs.length]).toEqual([name, expect.toSatisfy(isEnough)]);
  }
  return series;
}

function isEnough(count: number): boolean {
  return count > ROUNDS / 2;
}

function tellingOf([reference, ...others]: readonly Series[]) {
  return others
    .map(({ name, durationsMs }) => ({ name, ...compare(reference?.durationsMs ?? [], durationsMs) }))
    .filter(isTelling);
}
