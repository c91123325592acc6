import { foldedSilenceOf, foldSilences } from '#core/fold.ts';
import type { Alert, Fact, Silence } from '#core/model.ts';
import type { ComparisonResult, Sample } from '#core/vouched.ts';
import type { Instant } from '#kernel/instant.ts';
import type { MemoryStore } from './memory-store.ts';
import type { Violation } from './oracles.ts';
import type { People } from './people.ts';
import { PLAN } from './watched-plan.ts';

/** What the facts alone, in their order, say of whether an alert had to be told that it fires. */
export interface Owed {
  readonly rule: string;
  readonly group: string;
  readonly openedAt: Instant;
  /** `may`: it was about to resolve when a silence ended, which facts do not say. */
  firing: 'must' | 'may' | 'no';
  acknowledged: boolean;
  resolved: boolean;
  everFlapping: boolean;
  told: boolean;
}

interface Lasting {
  readonly rule: string | undefined;
  readonly group: string | undefined;
}

const TARGETS = 2;
/** How long after its end at most what a silence kept quiet is told, when nothing is broken. */
const SILENCE_END_MS = 10_000;

/**
 * P6 and P10, judged by going through the facts in the order in which they were committed: nothing is told of an alert after somebody has
 * acknowledged it or while a silence covers it, and when the last silence of it ends, it is told at that instant, once.
 */
export function commandsHold(facts: readonly Fact[]): {
  readonly owed: ReadonlyMap<string, Owed>;
  readonly violations: readonly Violation[];
} {
  const alerts = new Map<string, Owed>();
  const silences = new Map<string, Lasting>();
  const violations: Violation[] = [];
  const releases: { readonly alert: string; readonly at: Instant; readonly most: number; readonly least: number }[] =
    [];
  const isCovered = (alert: Owed): boolean => [...silences.values()].some((silence) => covers(silence, alert));
  for (const { kind, subject, at, body, reason } of facts) {
    const alert = alerts.get(subject);
    switch (kind) {
      case 'alert-fired': {
        const rule = String(body['rule']);
        const group = String(body['group']);
        const fresh: Owed = {
          rule,
          group,
          openedAt: at,
          firing: 'must',
          acknowledged: false,
          resolved: false,
          everFlapping: false,
          told: false,
        };
        if (isCovered(fresh)) fresh.firing = 'no';
        alerts.set(subject, fresh);
        break;
      }
      case 'alert-flapping':
        if (alert !== undefined) alert.everFlapping = true;
        break;
      case 'alert-resolved':
        if (alert !== undefined) alert.resolved = true;
        break;
      case 'alert-acknowledged':
        if (alert !== undefined) alert.acknowledged = true;
        break;
      case 'silence-began':
        silences.set(subject, {
          rule: body['silencedRule'] as string | undefined,
          group: body['silencedGroup'] as string | undefined,
        });
        break;
      case 'silence-ended': {
        const silence = silences.get(subject);
        silences.delete(subject);
        if (silence === undefined) break;
        for (const [key, one] of alerts) {
          if (one.resolved || one.everFlapping || !covers(silence, one) || isCovered(one)) continue;
          const least = one.acknowledged || (one.rule === 'route' && !one.told) ? 0 : TARGETS;
          // What only people decide may have opened ahead of the end of the silence.
          releases.push({ alert: key, at: Math.max(at, one.openedAt), most: one.acknowledged ? 0 : TARGETS, least });
          if (!one.acknowledged && one.firing === 'no') one.firing = least === 0 ? 'may' : 'must';
        }
        break;
      }
      case 'notified': {
        if (alert === undefined || body['step'] === 'resolved') break;
        alert.told = true;
        const what = `${subject} was told (${String(body['step'])}, ${reason})`;
        if (alert.acknowledged) {
          violations.push({ invariant: 'P6', message: `${what} after somebody had acknowledged it.` });
        }
        if (isCovered(alert)) violations.push({ invariant: 'P10', message: `${what} while a silence covered it.` });
        break;
      }
    }
  }
  for (const { alert, at, most, least } of releases) {
    const told = facts.filter(
      (fact) => fact.kind === 'notified' && fact.subject === alert && fact.at === at && fact.reason === 'silence-ended',
    ).length;
    if (told < least || told > most) {
      const wanted = `${least === most ? '' : `${least} to `}${most}`;
      violations.push({
        invariant: 'P10',
        message: `${alert}: told ${told} times when its silence ended at ${at}, not ${wanted}.`,
      });
    }
  }
  return { owed: alerts, violations };
}

function covers({ rule, group }: Lasting, alert: Pick<Owed, 'rule' | 'group'>): boolean {
  return (rule === undefined || rule === alert.rule) && (group === undefined || group === alert.group);
}

/** No silence outlives its time, and rows are what the facts say. */
export function silencesEnded(store: MemoryStore, now: Instant): readonly Violation[] {
  const rows = store.of(PLAN);
  const silences = [...rows.aggregates.values()].filter((row): row is Silence => row.kind === 'silence');
  const folded = foldSilences(rows.facts.map(({ fact }) => fact));
  const violations: Violation[] = [];
  for (const silence of silences) {
    if (silence.ended === undefined && silence.until + SILENCE_END_MS < now) {
      violations.push({ invariant: 'P10', message: `${silence.key} lasts ${now - silence.until} ms beyond its end.` });
    }
    if (silence.ended !== undefined && silence.ended.by === undefined && silence.ended.at < silence.until) {
      violations.push({ invariant: 'P10', message: `${silence.key} ended before its time.` });
    }
    const said = JSON.stringify(sorted(folded.get(silence.key) ?? {}));
    const found = JSON.stringify(sorted(foldedSilenceOf(silence)));
    if (said !== found) {
      violations.push({ invariant: 'fold', message: `${silence.key}: the facts say ${said}, the row says ${found}.` });
    }
  }
  if (folded.size !== silences.length) {
    violations.push({ invariant: 'fold', message: `${folded.size} silences in facts, ${silences.length} stored.` });
  }
  return violations;
}

function sorted(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
}

/** What people were told that it is done, is stored. */
export function answeredCommandsAreStored(store: MemoryStore, people: People): readonly Violation[] {
  const rows = store.of(PLAN).aggregates;
  const violations: Violation[] = [];
  for (const [alert, by] of people.acknowledged) {
    const row = rows.get(`alert ${alert}`) as Alert | undefined;
    if (row?.acknowledged?.by !== by) {
      violations.push({ invariant: 'D1', message: `${by} was told to have acknowledged ${alert}.` });
    }
  }
  for (const key of people.silenced) {
    if (!rows.has(`silence ${key}`)) violations.push({ invariant: 'D1', message: `${key} was told and is nowhere.` });
  }
  for (const [key, version] of people.said) {
    const row = rows.get(key) as Sample | ComparisonResult | undefined;
    if (row === undefined || row.version < version) {
      violations.push({ invariant: 'D1', message: `Version ${version} of ${key} was told and is not stored.` });
    }
  }
  for (const key of people.endedSilences) {
    const row = rows.get(`silence ${key}`) as Silence | undefined;
    if (row?.ended?.by === undefined) violations.push({ invariant: 'D1', message: `${key} was told to have ended.` });
  }
  return violations;
}
