import { routes } from '#contract/routes.ts';
import { given } from '../given.ts';
import { streamingVerb } from '../verb.ts';

/** Log lines as they come. */
export const followLogs = streamingVerb(
  routes.followLogs,
  ({ params, query, actor, services, setHeader, stillAllowed, signal }) => {
    // A proxy that collects the answer before it passes it on would make the tail stand still.
    setHeader('X-Accel-Buffering', 'no');
    return services.logs.follow(params.plan, given(query), { actor, stillAllowed, gone: signal });
  },
);
