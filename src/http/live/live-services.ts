import type { Core } from '#engine/core-process.ts';
import { WatchbillError } from '#kernel/error-codes.ts';
import { limits } from '#kernel/limits.ts';
import type { Clock } from '#kernel/ports.ts';
import type { Actor } from '../actor.ts';
import { viewFact } from '../fact-view.ts';
import { requirePlan } from '../known-plan.ts';
import { Follower } from './follower.ts';
import { LiveFeed } from './live-feed.ts';
import { endMessage } from './messages.ts';
import type { LiveServices } from './services.ts';

export interface LiveServicesOptions {
  readonly core: Pick<Core, 'plans' | 'planState' | 'repositories' | 'lastFact' | 'onCommitted'>;
  readonly clock: Clock;
  readonly log: (message: string, detail: Readonly<Record<string, unknown>>) => void;
}

/** The live streams of this server: one feed a plan, made when it is first followed. */
export function createLiveServices(options: LiveServicesOptions): LiveServices {
  const { core, clock, log } = options;
  const { repositories } = core;
  const feeds = new Map<string, LiveFeed>();
  /** Open streams by who reads them. */
  const open = new Map<string, number>();
  let stopped = false;

  function feedOf(plan: string): LiveFeed {
    let feed = feeds.get(plan);
    if (feed === undefined) {
      feed = new LiveFeed({
        clock,
        log: (message, detail) => log(message, { plan, ...detail }),
        source: {
          state: () => core.planState(plan),
          notifications: () => repositories.countNotifications(plan),
          facts: async (after, limit) => (await repositories.listFacts({ plan, after, limit })).map(viewFact),
          lastFact: () => core.lastFact(plan),
          onCommitted: (listener, after) => core.onCommitted(plan, (facts) => listener(facts.map(viewFact)), after),
        },
      });
      feeds.set(plan, feed);
    }
    return feed;
  }

  function take(actor: Actor): () => void {
    const reader = actor.userId ?? actor.credentialId ?? actor.name;
    const own = open.get(reader) ?? 0;
    const all = [...open.values()].reduce((sum, count) => sum + count, 0);
    if (own >= limits.liveStreamsPerActor) {
      throw new WatchbillError(
        'too-many-streams',
        `${actor.name} follows ${own} streams already; more than ${limits.liveStreamsPerActor} are not served.`,
      );
    }
    if (all >= limits.liveStreams) {
      throw new WatchbillError('too-many-streams', `This server has ${all} live streams open and serves no more.`);
    }
    open.set(reader, own + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (open.get(reader) ?? 1) - 1;
      if (left === 0) open.delete(reader);
      else open.set(reader, left);
    };
  }

  /** Ends the stream soon after the reader's session or permission has. */
  function watchPermission(follower: Follower, stillAllowed: () => Promise<boolean>): () => void {
    let cancel = (): void => {};
    let ended = false;
    const check = async (): Promise<void> => {
      // That it cannot be asked now ends nothing: sessions are in the database, and what is live is not.
      const allowed = await stillAllowed().catch(() => true);
      if (ended) return;
      if (allowed) checkLater();
      else follower.end(endMessage('session-ended'));
    };
    const checkLater = (): void => {
      cancel = clock.after(limits.liveSessionCheckMs, () => void check());
    };
    checkLater();
    return () => {
      ended = true;
      cancel();
    };
  }

  return {
    async follow(plan, { actor, resumeAfter, stillAllowed, signal }) {
      requirePlan(core, plan);
      if (stopped) throw new WatchbillError('not-ready', 'This server stops.');
      const release = take(actor);
      const feed = feedOf(plan);
      const follower: Follower = new Follower({
        clock,
        limits: { messages: limits.liveBufferMessages, bytes: limits.liveBufferBytes, endMs: limits.liveEndMs },
        onClosed: () => {
          release();
          endChecks();
          feed.leave(follower);
        },
      });
      const endChecks = watchPermission(follower, stillAllowed);
      try {
        await feed.join(follower, resumeAfter);
      } catch (caught) {
        release();
        endChecks();
        if (caught instanceof WatchbillError) throw caught;
        throw new WatchbillError('not-ready', `The plan ${plan} cannot be followed now.`, plan);
      }
      // Whoever was gone before the answer began never reads, and so never says that they are gone.
      const gone = (): void => void (follower.stream.locked ? undefined : follower.stream.cancel());
      if (signal.aborted) gone();
      else signal.addEventListener('abort', gone, { once: true });
      return follower.stream;
    },
    followers: (plan) => feeds.get(plan)?.followers ?? 0,
    stop() {
      stopped = true;
      for (const feed of feeds.values()) feed.end('server-stops');
    },
  };
}
