import { routes } from '#contract/routes.ts';
import { verb } from '../verb.ts';
import { viaOf } from '../via.ts';

/** Judges a sample in the name of whoever asks. */
export const judgeSample = verb(routes.judgeSample, async ({ params, body, actor, header, note, services }) => {
  const command = { review: params.review, sample: params.sample, ...body, by: actor.name, via: viaOf(actor, header) };
  const judged = await services.reviews.judge(params.plan, command);
  note({ object: params.review, after: { sample: params.sample, verdict: body.verdict } });
  return judged;
});
