import type { LiveStore } from './live-store.ts';

const BACKOFF_FIRST_MS = 500;
const BACKOFF_LONGEST_MS = 10_000;
/** The server says something at least every 10 seconds, if only how old its figures are. */
const SILENT_MS = 25_000;
const PROBE_MS = 5_000;

/**
 * Keeps one stream of a plan's changes open and fills the store from it. A connection that breaks is made again with growing pauses; a
 * session that ended is said once and ends the stream. Returns what closes it.
 */
export function openLiveConnection(plan: string, store: LiveStore): () => void {
  let source: EventSource | undefined;
  let lastFact: string | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let backoffMs = BACKOFF_FIRST_MS;
  let closed = false;
  const base = `/api/plans/${encodeURIComponent(plan)}`;

  function connect(): void {
    clearTimeout(timer);
    source?.close();
    // A new EventSource does not know what the last one had: the journal's place goes along as a parameter.
    source = new EventSource(`${base}/live${lastFact === undefined ? '' : `?after=${lastFact}`}`);
    source.addEventListener('status', (event) => heard(() => ({ type: 'status', status: JSON.parse(event.data) })));
    source.addEventListener('change', (event) => heard(() => ({ type: 'change', change: JSON.parse(event.data) })));
    source.addEventListener('fact', (event) => {
      if (event.lastEventId !== '') lastFact = event.lastEventId;
      heard(() => ({ type: 'fact', fact: JSON.parse(event.data) }));
    });
    source.addEventListener('error', () => void lost());
    awaitNews();
  }

  function heard(read: () => Parameters<LiveStore['receive']>[0]): void {
    backoffMs = BACKOFF_FIRST_MS;
    store.receive(read());
    awaitNews();
  }

  function awaitNews(): void {
    clearTimeout(timer);
    timer = setTimeout(() => void lost(), SILENT_MS);
  }

  async function lost(): Promise<void> {
    source?.close();
    clearTimeout(timer);
    if (closed) return;
    store.connectionIs('away');
    // An EventSource does not say why it broke: a plain request does.
    const status = await probe(base);
    if (closed) return;
    if (status === 401) return store.connectionIs('refused');
    timer = setTimeout(connect, backoffMs * (0.75 + Math.random() / 2));
    backoffMs = Math.min(BACKOFF_LONGEST_MS, backoffMs * 2);
  }

  connect();
  return () => {
    closed = true;
    clearTimeout(timer);
    source?.close();
  };
}

async function probe(base: string): Promise<number | undefined> {
  try {
    const answer = await fetch(`${base}/facts?limit=1`, { signal: AbortSignal.timeout(PROBE_MS) });
    await answer.body?.cancel();
    return answer.status;
  } catch {
    return undefined;
  }
}
