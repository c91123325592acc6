import { ok, type Result } from '#kernel/result.ts';
import { encodePayload } from '../payload.ts';
import type { RequestRefusal } from '../receiver.ts';
import type { BegunLook } from '../spool/block.ts';
import type { Spool } from '../spool/spool.ts';
import type { LookRegister } from './register.ts';

/**
 * Makes it durable that a look is begun which sends something: whatever ends after that and however, a start finds it. Asked again of the same
 * look it has nothing to do. Never rejects.
 */
export async function beginLook(
  { spool, looks }: { readonly spool: Spool; readonly looks: LookRegister },
  plan: string,
  begun: BegunLook,
): Promise<Result<void, RequestRefusal>> {
  if (!looks.isNew({ ...begun, outcome: 'unmeasured' })) return ok(undefined);
  // It is noted as every durable block is, before a snapshot could pass it over.
  const outcome = await spool.append(
    { plan, accepted: 0, duplicates: 0, rejected: [], hasEventIds: false, begun, payload: encodePayload([]) },
    'alerts',
  );
  return outcome.ok ? ok(undefined) : outcome;
}
