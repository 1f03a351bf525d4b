import { reasonOf } from './reason.ts';

/** What is wrong: there is no connection, or decisions fail over the one there is. */
export type OutageCause = 'connection' | 'decisions';

export type OutageListener = Readonly<{
  /** Told once, when Redis can no longer be used. `reason` is one word and holds neither address nor password. */
  onTrouble(reason: string): void;
  /** Told once, when it can be used again. */
  onRecovery(): void;
}>;

/** An outage lasts from its first cause to the end of its last one, and is told once at either end. */
export type Outage = Readonly<{
  begin(cause: OutageCause, error: unknown): void;
  end(cause: OutageCause): void;
  isOn(): boolean;
}>;

export function createOutage({ onTrouble, onRecovery }: OutageListener): Outage {
  const causes = new Set<OutageCause>();
  return {
    begin(cause, error) {
      const isNew = causes.size === 0;
      causes.add(cause);
      if (isNew) onTrouble(reasonOf(error));
    },
    end(cause) {
      if (causes.delete(cause) && causes.size === 0) onRecovery();
    },
    isOn: () => causes.size > 0,
  };
}
