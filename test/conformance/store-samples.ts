import type { Alert, Fact, Judgement, PlanLine, Silence } from '#core/model.ts';
import type { NotificationIntent } from '#core/notification.ts';
import type { Commit, LeasedNotification, Settlement } from '#core/store.ts';
import type { ComparisonResult, Sample } from '#core/vouched.ts';
import type { Instant } from '#kernel/instant.ts';

export const START: Instant = 1_772_438_400_000;
export const LEASE_MS = 10_000;

let planCount = 0;
export function freshPlan(): string {
  planCount += 1;
  return `plan-${planCount}`;
}

export function fact(subject: string, at: Instant = START, body: Fact['body'] = {}): Fact {
  return { at, kind: 'alert-fired', subject, reason: 'condition-true', body };
}

export function intent(
  plan: string,
  episode: string,
  overrides: Partial<NotificationIntent['identity']> = {},
): NotificationIntent {
  return {
    identity: {
      episode,
      policyVersion: 1,
      cycle: 0,
      step: 'fired',
      recipient: 'mia',
      channel: 'app',
      ...overrides,
    },
    rule: 'errors-high',
    severity: 'high',
    createdAt: START,
    content: {
      plan,
      planTitle: 'Tea shop',
      alert: episode,
      rule: 'errors-high',
      group: '["/orders \\u0000 \\ud800 ünï"]',
      severity: 'high',
      state: 'firing',
      step: 'fired',
      openedAt: START,
      condition: 'error_rate > 5%',
      evidence: [],
      repeatMs: 3_600_000,
    },
  };
}

export function judgement(key: string, overrides: Partial<Judgement> = {}): Judgement {
  return {
    kind: 'judgement',
    key,
    rule: 'errors-high',
    group: '["\\u0000 \\ud800"]',
    conditionHash: 'h1',
    state: 'firing',
    since: START,
    trueSince: { a: { since: START } },
    ...overrides,
  };
}

export function alert(key: string, overrides: Partial<Alert> = {}): Alert {
  return {
    kind: 'alert',
    key,
    rule: 'errors-high',
    group: '[]',
    severity: 'high',
    state: 'firing',
    openedAt: START,
    planVersion: 1,
    recipients: [],
    evidence: [],
    cycle: 0,
    flapping: false,
    told: true,
    version: 1,
    ...overrides,
  };
}

export function silence(key: string, overrides: Partial<Silence> = {}): Silence {
  return {
    kind: 'silence',
    key,
    rule: 'errors-high',
    group: '["\\u0000 \\ud800"]',
    from: START,
    until: START + 3_600_000,
    reason: 'database moves',
    by: 'mia',
    version: 1,
    request: `request-${key}`,
    dueAt: START + 3_600_000,
    ...overrides,
  };
}

export function sample(key: string, overrides: Partial<Sample> = {}): Sample {
  const [review = '', id = ''] = key.split('/');
  return {
    kind: 'sample',
    key,
    review,
    sample: id,
    state: 'wrong',
    by: 'mia',
    at: START,
    via: 'web',
    note: 'no such branch',
    label: 'INV-1',
    version: 1,
    ...overrides,
  };
}

export const comparison: ComparisonResult = {
  kind: 'comparison',
  key: 'books',
  comparison: 'books',
  state: 'different',
  rows: 12,
  differences: 1,
  examples: [{ key: 'INV-1', what: 'only in the list' }],
  by: 'mia',
  at: START,
  via: 'cli',
  upload: 'u-1',
  version: 1,
};

export const line: PlanLine = { kind: 'plan', key: 'plan', version: 1, nextAlert: 2, nextSilence: 1, watermark: START };

export function commit(plan: string, epoch: number, parts: Partial<Commit> = {}): Commit {
  return { plan, epoch, at: START, changes: [], removals: [], facts: [], notifications: [], ...parts };
}

export function settlement(
  { plan, id, fence }: Pick<LeasedNotification, 'plan' | 'id' | 'fence'>,
  outcome: Settlement['outcome'],
  at: Instant = START,
): Settlement {
  const settled: Fact = { at, kind: 'delivery-accepted', subject: id, reason: 'provider-accepted', body: {} };
  return { plan, id, fence, at, outcome, fact: settled };
}
