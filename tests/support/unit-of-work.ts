import type { UnitOfWork } from '../../core/kernel/ports.ts';
import type { Repositories } from '../../core/repositories.ts';

/** Another unit of work around the real one. */
export type Around = (unitOfWork: UnitOfWork<Repositories>) => UnitOfWork<Repositories>;

/** Something else that happens just before a run of the unit of work, once; armed by {@link Interruption.beforeRun}. */
export type Interruption = Readonly<{
  around: Around;
  /** Lets `happen` run before the `count`th run from now on. */
  beforeRun(count: number, happen: () => Promise<unknown>): void;
}>;

export function interruption(): Interruption {
  let runsLeft = 0;
  let interrupt = async (): Promise<unknown> => undefined;
  return {
    around: ({ run }) => ({
      async run(tenantId, work) {
        runsLeft -= 1;
        if (runsLeft === 0) await interrupt();
        return run(tenantId, work);
      },
    }),
    beforeRun(count, happen) {
      runsLeft = count;
      interrupt = happen;
    },
  };
}

/** Notes which methods of which repositories a use case calls, e.g. `users.lock`, in their order. */
export type CallLog = Readonly<{
  around: Around;
  /** The calls since this was asked last. */
  take(): readonly string[];
}>;

export function callLog(): CallLog {
  let calls: string[] = [];
  const noting = <T extends object>(target: T, path: string): T =>
    new Proxy(target, {
      get(object, key) {
        const value: unknown = Reflect.get(object, key);
        const name = `${path}${String(key)}`;
        if (typeof value === 'object' && value !== null) return noting(value, `${name}.`);
        calls.push(name);
        return value;
      },
    });
  return {
    around: ({ run }) => ({
      run: (tenantId, work) => run(tenantId, (repositories) => work(noting(repositories, ''))),
    }),
    take() {
      const taken = calls;
      calls = [];
      return taken;
    },
  };
}
