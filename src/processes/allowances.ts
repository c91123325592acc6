import { type Allowance, parseEgressAllow } from '#egress/allowance.ts';
import { WatchbillError } from '#kernel/error-codes.ts';

/** What the operator permits to be dialled. Throws `configuration-invalid` for what is no address, network or host. */
export function readAllowances(texts: readonly string[]): readonly Allowance[] {
  return texts.flatMap((text) => {
    const read = parseEgressAllow(text);
    if (!read.ok) throw new WatchbillError(read.failure.code, read.failure.message, 'WATCHBILL_EGRESS_ALLOW');
    return read.value;
  });
}
