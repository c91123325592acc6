import type { LiveMessage } from '#contract/live.ts';
import { api } from './client.ts';
import { FACTS_KEPT } from './live-state.ts';
import type { LiveStore } from './live-store.ts';
import { TRAIL_STEP_MS } from './trails.ts';

const BACKOFF_FIRST_MS = 500;
const BACKOFF_LONGEST_MS = 10_000;
/** The server says something at least once a second. */
const SILENT_MS = 10_000;
const PROBE_MS = 5_000;

/**
 * Keeps one stream of a plan's changes open and fills the store from it. A connection that breaks is made again with growing pauses; a
 * session that ended, or a plan that is gone, is said once and ends the stream. Returns what closes it.
 */
export function openLiveConnection(plan: string, store: LiveStore): () => void {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let backoffMs = BACKOFF_FIRST_MS;
  let closed = false;
  const sampling = setInterval(store.sample, TRAIL_STEP_MS);

  function connect(): void {
    source = new EventSource(`/api/plans/${encodeURIComponent(plan)}/live`);
    for (const event of ['status', 'change', 'fact', 'end'] as const) {
      source.addEventListener(event, ({ data }) => hear({ event, data: JSON.parse(data) }));
    }
    source.addEventListener('error', () => void lose());
    awaitNews();
  }

  function hear(message: LiveMessage): void {
    backoffMs = BACKOFF_FIRST_MS;
    if (message.event === 'end') return void lose();
    if (message.event === 'status') void catchUp(message.data.lastFact);
    store.receive(message);
    awaitNews();
  }

  /** A stream tells the facts from its beginning on: those of before are asked for, as far as they are still shown. */
  async function catchUp(lastFact: number): Promise<void> {
    const known = store.snapshot().facts[0]?.sequence ?? 0;
    const after = Math.max(known, lastFact - FACTS_KEPT);
    if (after >= lastFact) return;
    try {
      const query = { after, limit: FACTS_KEPT };
      const facts = await api.get('/plans/{plan}/facts', { params: { plan }, query });
      if (!closed) store.receiveFacts(facts);
    } catch {
      // The stream says whether the server is there; the next connection asks again.
    }
  }

  function awaitNews(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void lose(), SILENT_MS);
  }

  async function lose(): Promise<void> {
    source?.close();
    clearTimeout(timer);
    if (closed) return;
    store.connectionIs('away');
    // An EventSource does not say why it broke: a plain request does.
    const status = await probe(plan);
    if (closed) return;
    if (status === 401) return store.connectionIs('refused');
    if (status === 404) return store.connectionIs('gone');
    // Not all pages at once when a server comes back.
    timer = setTimeout(connect, backoffMs * (0.75 + Math.random() / 2));
    backoffMs = Math.min(BACKOFF_LONGEST_MS, backoffMs * 2);
  }

  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    clearInterval(sampling);
    source?.close();
  };
}

/** How the server answers for this plan; undefined when it does not. */
async function probe(plan: string): Promise<number | undefined> {
  try {
    const address = `/api/plans/${encodeURIComponent(plan)}/facts?limit=1`;
    const answer = await fetch(address, { signal: AbortSignal.timeout(PROBE_MS) });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return undefined;
  }
}
