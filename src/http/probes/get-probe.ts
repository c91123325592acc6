import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { verb } from '../verb.ts';

/** One check over a time. */
export const getProbe = verb(routes.getProbe, ({ params, query, services, signal }) =>
  services.probes.probe(params.plan, params.probe, given(query), signal),
);
