import { routes } from '#contract/routes.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { streamingVerb } from '../verb.ts';

/** The plan's live stream. */
export const followPlan = streamingVerb(
  routes.followPlan,
  ({ params, actor, services, header, setHeader, stillAllowed, signal }) => {
    const resumeAfter = readEventId(header('last-event-id'));
    // A proxy that collects the answer before it passes it on would make the stream stand still.
    setHeader('X-Accel-Buffering', 'no');
    return services.live.follow(params.plan, {
      actor,
      ...(resumeAfter === undefined ? {} : { resumeAfter }),
      stillAllowed,
      signal,
    });
  },
);

function readEventId(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new WatchbillError('invalid-request', 'Last-Event-ID is the sequence of a fact.', 'Last-Event-ID');
}
