import { routes } from '#contract/routes.ts';
import { streamingVerb } from '../verb.ts';

/** Plays a scenario and tells how far it is while it plays. */
export const runRehearsal = streamingVerb(
  routes.runRehearsal,
  ({ params, body, services, requestId, signal, setHeader }) => {
    // A proxy that collects the answer before it passes it on would hide the progress.
    setHeader('X-Accel-Buffering', 'no');
    return services.rehearsals.run(params.plan, body, { signal, requestId });
  },
);
