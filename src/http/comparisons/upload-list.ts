import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { viaOf } from '../via.ts';

/** Compares a list in the name of whoever uploads it. */
export const uploadList = verb(routes.uploadList, async ({ params, query, body, actor, header, note, services }) => {
  const { comparison } = params;
  const who = { by: actor.name, via: viaOf(actor, header) };
  const compared = await services.comparisons.upload(params.plan, { comparison, ...body, limit: query.limit, ...who });
  const { state, rows, differences } = compared.comparison;
  note({ object: comparison, after: { state, rows, differences } });
  return compared;
});
