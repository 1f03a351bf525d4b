import { AUDIT_EVENT_TYPES } from '../../../core/audit/index.ts';

/** Fails on an event whose `data` holds a field that the catalogue, and with it the reference, does not tell of. */
export function refuseUntoldData({ type, data }: Readonly<{ type: string; data: object }>): void {
  const told = Object.entries(AUDIT_EVENT_TYPES).find(([known]) => known === type)?.[1].data;
  const untold = Object.keys(data).filter((field) => !told || !(field in told));
  if (untold.length > 0) throw new Error(`Nobody is told what ${untold.join(', ')} of ${type} holds`);
}
