import { allowanceAdvice } from '#egress/allowance.ts';
import type { HoldsBack } from '#egress/holds-back.ts';
import type { CompiledPlan } from '#plan/model.ts';

/** A sentence for each target whose address this server may not dial, as far as that is known without trying. */
export function heldBackScrapes(
  plan: (Pick<CompiledPlan, 'scrapes'> & { readonly name?: string }) | undefined,
  holdsBack: HoldsBack,
): readonly string[] {
  return (plan?.scrapes ?? []).flatMap(({ name, url }) => {
    const target = URL.parse(url);
    if (target === null) return [];
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const port = target.port === '' ? (target.protocol === 'https:' ? 443 : 80) : Number(target.port);
    const why = holdsBack(host, port, plan?.name);
    return why === undefined
      ? []
      : [`The target ${name} is not asked: ${why}. ${allowanceAdvice(host, port, plan?.name)}`];
  });
}
