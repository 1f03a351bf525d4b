import { describe, expect, it } from 'vitest';
import { utf8 } from '../../core/kernel/bytes.ts';
import type { TenantId } from '../../core/kernel/ids.ts';
import { TARGETS_COUNTED_MAX } from '../../core/protection/index.ts';
import type { MakeHarness } from './harness.ts';

const WINDOW_SECONDS = 1800;

/** {@link AddressTargetRepository}: how many names each network address tries. */
export function addressTargetsContract(makeHarness: MakeHarness): void {
  async function notes() {
    const harness = await makeHarness();
    const { id: tenantId } = await harness.makeTenant();
    const note = (address: string, target: string, tenant: TenantId = tenantId) =>
      harness.unitOfWork.run(tenant, ({ addressTargets }) =>
        addressTargets.note({
          address: harness.crypto.sha256(utf8(address)),
          target: harness.crypto.sha256(utf8(target)),
          windowSeconds: WINDOW_SECONDS,
        }),
      );
    return { harness, note };
  }

  describe('the targets of an address', () => {
    it('are counted once each, and a new one is told from one that counted before', async () => {
      const { note } = await notes();

      expect(await note('here', 'ada')).toEqual({ targets: 1, isNew: true });
      expect(await note('here', 'bob')).toEqual({ targets: 2, isNew: true });
      expect(await note('here', 'ada')).toEqual({ targets: 2, isNew: false });
    });

    it('are counted for each address alone', async () => {
      const { note } = await notes();
      await note('here', 'ada');

      expect(await note('there', 'ada')).toEqual({ targets: 1, isNew: true });
    });

    it('count for the window after they were last noted, and not a moment longer', async () => {
      const { harness, note } = await notes();
      await note('here', 'ada');
      await note('here', 'bob');
      await harness.passTime(WINDOW_SECONDS / 2);
      await note('here', 'ada');
      await harness.passTime(WINDOW_SECONDS / 2 - harness.marginSeconds);
      expect(await note('here', 'cyd')).toEqual({ targets: 3, isNew: true });

      await harness.passTime(harness.marginSeconds + 1);

      expect(await note('here', 'ada')).toEqual({ targets: 2, isNew: false });
      expect(await note('here', 'bob')).toEqual({ targets: 3, isNew: true });
    });

    it('are counted no further than anybody needs to know', async () => {
      const { note } = await notes();
      for (let number = 0; number < TARGETS_COUNTED_MAX + 5; number += 1)
        await note('here', `name ${number}`);

      const noted = await note('here', 'one more');

      expect(noted.targets).toBe(TARGETS_COUNTED_MAX);
    });

    it('keep tenants apart', async () => {
      const { harness, note } = await notes();
      const other = await harness.makeTenant();
      await note('here', 'ada');

      expect(await note('here', 'bob', other.id)).toEqual({ targets: 1, isNew: true });
    });
  });
}
