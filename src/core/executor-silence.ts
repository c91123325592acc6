import type { Instant } from '#kernel/instant.ts';
import type { Draft } from './draft.ts';
import { isBehind, silentAfter } from './due.ts';
import { laterBy } from './true-since.ts';

/**
 * When the executors are silent nothing is judged: evaluation goes by their watermark, so it stands still by itself. That it does is
 * recorded once, and once that it goes on. Only the clock finds a silence: what was said may still wait for the core.
 */
export function noteSilence(draft: Draft, now: Instant): void {
  const since = draft.watermark;
  if (draft.line.silentSince !== undefined) return;
  if (now <= silentAfter({ watermark: since, loadedAt: draft.before.loadedAt })) return;
  draft.line = { ...draft.line, silentSince: since };
  draft.record({
    at: now,
    kind: 'not-evaluated',
    subject: 'plan',
    reason: 'executor-silent',
    body: { silentSince: since, rules: draft.index.rules.size },
  });
}

/** Ends the silence when the executors' watermark has come up to the clock again. Returns whether it did. */
export function noteReturn(draft: Draft, watermark: Instant, now: Instant): boolean {
  const { silentSince, ...line } = draft.line;
  if (silentSince === undefined || isBehind(watermark, now)) return false;
  draft.line = line;
  draft.record({
    at: now,
    kind: 'evaluated-again',
    subject: 'plan',
    reason: 'executor-back',
    body: { silentSince, silentMs: now - silentSince },
  });
  return true;
}

/** Moves evaluation on over a time in which nobody listened: every count goes on where it stood. */
export function passUnheard(draft: Draft, resumedAt: Instant): void {
  const gapMs = resumedAt - draft.watermark;
  if (gapMs <= 0) return;
  draft.watermark = resumedAt;
  for (const judgement of [...draft.judgements.values()]) {
    const counts = Object.entries(judgement.trueSince);
    // What only people decide needed nobody who listens.
    if (counts.length === 0 || draft.isPeoples(judgement.rule)) continue;
    draft.putJudgement({
      ...judgement,
      trueSince: Object.fromEntries(counts.map(([id, count]) => [id, laterBy(count, gapMs)])),
      ...(judgement.dueAt === undefined ? {} : { dueAt: judgement.dueAt + gapMs }),
    });
  }
}
