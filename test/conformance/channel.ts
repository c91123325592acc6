import { describe, expect, it } from 'vitest';
import type { Attempt, Channel, ChannelContext } from '#channels/channel.ts';
import { utf8Length } from '#channels/fit.ts';
import type { InboxMessage, LeasedNotification } from '#core/store.ts';
import type {
  IncomingResponse,
  MailFailure,
  MailTransport,
  OutgoingMail,
  OutgoingRequest,
  Transport,
  TransportFailure,
} from '#kernel/ports.ts';

/** A secret that may appear nowhere but in what leaves for the provider. */
export const CANARY = 'Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5';

type Answer = Awaited<ReturnType<Transport['send']>>;
type MailAnswer = Awaited<ReturnType<MailTransport['sendMail']>>;

/** What a test of a channel may look at: every request, mail and inbox message, in order. */
export interface ChannelTrial {
  readonly attempt: Attempt;
  readonly requests: readonly OutgoingRequest[];
  readonly mails: readonly OutgoingMail[];
  readonly inbox: readonly InboxMessage[];
}

/** A notification of a firing alert; parts may be replaced. */
export function sampleNotification(more: Partial<LeasedNotification> = {}): LeasedNotification {
  return {
    id: '0198f2a0-0000-7000-8000-000000000001',
    plan: 'tea-shop',
    identity: { episode: 'A-1', policyVersion: 1, cycle: 0, step: 'fired', recipient: 'mia', channel: 'app' },
    rule: 'errors',
    severity: 'urgent',
    content: {
      plan: 'tea-shop',
      planTitle: 'Tea shop',
      alert: 'A-1',
      rule: 'errors',
      group: '["/orders"]',
      severity: 'urgent',
      state: 'firing',
      step: 'fired',
      openedAt: 1_772_440_000_000,
      condition: 'error_rate > 5%',
      evidence: [
        {
          test: 't1',
          text: 'error_rate > 5%',
          truth: 'true',
          reading: { state: 'value', value: 0.072, sampleSize: 240, at: 1_772_440_000_000 },
          against: [0.05],
          unit: '%',
        },
      ],
      repeatMs: 3_600_000,
    },
    createdAt: 1_772_440_000_100,
    attempt: 1,
    fence: 1,
    mayRepeat: false,
    ...more,
  };
}

/** Makes one attempt against a provider that gives this answer, or an inbox that throws. */
export async function tryChannel(
  channel: Channel,
  options: {
    readonly notification?: LeasedNotification;
    readonly settings?: ChannelContext['settings'];
    readonly answer?: Answer;
    readonly mailAnswer?: MailAnswer;
    readonly inboxFails?: boolean;
    readonly now?: number;
    readonly more?: Partial<ChannelContext>;
  } = {},
): Promise<ChannelTrial> {
  const requests: OutgoingRequest[] = [];
  const mails: OutgoingMail[] = [];
  const inbox: InboxMessage[] = [];
  const to = channel.spec.reaches.persons === undefined ? undefined : samplePlaces[channel.spec.reaches.persons];
  const attempt = await channel.send(options.notification ?? sampleNotification(), {
    transport: {
      async send(request) {
        requests.push(request);
        return options.answer ?? answer(200, {}, acceptances[channel.spec.kind]);
      },
    },
    mail: {
      async sendMail(mail) {
        mails.push(mail);
        return options.mailAnswer ?? { ok: true, value: '250 2.0.0' };
      },
    },
    now: options.now ?? 1_772_440_001_000,
    timeoutMs: 5_000,
    settings: options.settings ?? settingsOf(channel),
    ...(to === undefined ? {} : { to }),
    async putInbox(message) {
      if (options.inboxFails === true) throw new Error(`insert of ${message.text} failed`);
      inbox.push(message);
    },
    ...options.more,
  });
  return { attempt, requests, mails, inbox };
}

const samplePlaces = { name: undefined, email: 'mia@tea.example', telegram: '123456789', ntfy: 'mia-topic' } as const;

/** What each provider answers with a 200 when it has taken a message; another body says nothing to the webhook. */
const acceptances: Readonly<Record<string, string>> = {
  slack: 'ok',
  discord: `{"id":"1","content":"${CANARY}"}`,
  teams: '',
  telegram: `{"ok":true,"result":{"text":"${CANARY}"}}`,
  ntfy: `{"id":"x","event":"message","topic":"${CANARY}"}`,
};

export function answer(status: number, headers: Record<string, string> = {}, body = `echo ${CANARY}`): Answer {
  const value: IncomingResponse = { status, headers, body: new TextEncoder().encode(body) };
  return { ok: true, value };
}

export function noAnswer(reason: TransportFailure['reason'], sent: TransportFailure['sent']): Answer {
  return { ok: false, failure: { reason, sent, message: `hooks.example: ${reason}` } };
}

/** Settings with the canary in every secret field. */
export function settingsOf(channel: Channel): Record<string, string | number | boolean> {
  const settings: Record<string, string | number | boolean> = {};
  for (const field of channel.spec.fields) {
    if (field.type === 'url') settings[field.name] = `https://hooks.example/${CANARY}`;
    else if (field.secret) settings[field.name] = CANARY;
    else if (field.type === 'email') settings[field.name] = 'watchbill@tea.example';
    else
      settings[field.name] =
        field.type === 'number' ? 1 : field.type === 'boolean' ? true : (field.values?.[0] ?? 'text');
  }
  return settings;
}

/** Everything that can be wrong with what telemetry and plans bring. */
const hostileGroups: readonly (readonly [string, string])[] = [
  ['a label of a megabyte', JSON.stringify(['x'.repeat(1_048_576)])],
  ['a label of a megabyte of signs that are escaped', JSON.stringify(['<&*_"'.repeat(200_000)])],
  ['a label of a megabyte beyond the basic plane', JSON.stringify(['\u{1f375}'.repeat(250_000)])],
  ['text that is no valid Unicode', '["\\ud800 \\u0000 \\u001b[31m"]'],
  ['a group that is no JSON', '["/orders'],
  ['a group that is no list', '{"a":1}'],
];

/** What every channel has to hold. `way` says how it speaks to its provider. */
export function channelConformance(channel: Channel, way: 'inbox' | 'http' | 'mail'): void {
  const { spec } = channel;
  describe(`${spec.kind} as a channel`, () => {
    it('says that it was accepted only after the other side said so', async () => {
      const trial = await tryChannel(channel);
      expect(['accepted', 'delivered']).toContain(trial.attempt.outcome);
      expect(trial.requests.length + trial.inbox.length + trial.mails.length).toBe(1);
    });

    it('sends the same on every attempt, under one id where the provider can use it', async () => {
      const later = { attempt: 7, fence: 9, mayRepeat: spec.deduplication !== 'none' };
      const first = await tryChannel(channel);
      const again = await tryChannel(channel, { notification: sampleNotification(later), now: 1_772_450_000_000 });
      if (way !== 'inbox') expect(messageOf(again)).toBe(messageOf(first));
      const all = (trial: ChannelTrial): string =>
        JSON.stringify([trial.inbox, trial.mails, trial.requests.map(({ headers }) => headers), messageOf(trial)]);
      if (spec.deduplication !== 'by-key') return;
      for (const trial of [first, again]) expect(all(trial)).toContain(sampleNotification().id);
    });

    it.each(hostileGroups)('is not held up by %s', async (_, group) => {
      const sample = sampleNotification();
      const trial = await tryChannel(channel, { notification: { ...sample, content: { ...sample.content, group } } });
      expectHarmless(trial);
    });

    it('is not held up by long texts everywhere at once', async () => {
      const sample = sampleNotification();
      const long = '<b>&"\\*_`[x](http://evil.example)'.repeat(20_000);
      const [evidence] = sample.content.evidence;
      if (evidence === undefined) throw new Error('the sample has no evidence');
      const trial = await tryChannel(channel, {
        notification: {
          ...sample,
          content: {
            ...sample.content,
            group: JSON.stringify([long, long, long]),
            condition: long,
            runbook: long,
            planTitle: long,
            evidence: new Array(500).fill({ ...evidence, text: `and ${long}` }),
          },
        },
        more: { links: { alert: `https://watch.example/${'a'.repeat(50_000)}`, acknowledge: 'javascript:alert(1)' } },
      });
      expectHarmless(trial);
      expect(messageOf(trial)).not.toContain('javascript:');
    });

    it('is not held up by a text that cannot be rendered', async () => {
      const sample = sampleNotification();
      const content = { ...sample.content };
      Object.defineProperty(content, 'evidence', {
        get() {
          throw new TypeError('no such template');
        },
      });
      expectHarmless(await tryChannel(channel, { notification: { ...sample, content } }));
    });

    it('marks a test as one, and tells of no alert in it', async () => {
      const trial = await tryChannel(channel, {
        more: { test: { by: 'mia' }, links: { alert: 'https://watch.example/a' } },
      });
      expect(['accepted', 'delivered']).toContain(trial.attempt.outcome);
      const text = messageOf(trial);
      expect(text).toContain('This is a test message');
      expect(text).not.toContain('watch.example');
      expect(text).not.toContain('A-1');
    });

    if (way === 'http') dialling(channel);
    else if (way === 'mail') mailing(channel);
    else {
      it('tries again when the inbox cannot be written, without repeating the failure', async () => {
        const { attempt } = await tryChannel(channel, { inboxFails: true });
        expect(attempt).toMatchObject({ outcome: 'retry', maySent: true });
        expect(JSON.stringify(attempt)).not.toContain('insert of');
      });
    }
  });
}

/** Taken, in words that name the rule, and such that no provider chokes on it. */
function expectHarmless(trial: ChannelTrial): void {
  expect(['accepted', 'delivered']).toContain(trial.attempt.outcome);
  const text = messageOf(trial);
  expect(utf8Length(text)).toBeLessThan(100_000);
  expect(text.isWellFormed()).toBe(true);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested.
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
  expect(text).toContain('errors');
}

/** What was said, as it left. */
export function messageOf(trial: ChannelTrial): string {
  const [message] = trial.inbox;
  const [mail] = trial.mails;
  if (message !== undefined) return `${message.title}\n${message.text}`;
  if (mail !== undefined) return `${mail.subject}\n${mail.text}\n${mail.html}`;
  return new TextDecoder('utf-8', { fatal: true }).decode(trial.requests[0]?.body);
}

function mailing(channel: Channel): void {
  const failed = (reason: MailFailure['reason'], sent: MailFailure['sent'] = 'no'): MailAnswer => ({
    ok: false,
    failure: { reason, sent, message: `smtp.example: ${reason}` },
  });

  it.each([
    ['mail-deferred', 'no', 'provider-refused'],
    ['session-refused', 'no', 'provider-refused'],
    ['connection-failed', 'no', 'provider-unreachable'],
    ['name-not-found', 'no', 'provider-unreachable'],
    ['timed-out', 'maybe', 'provider-unreachable'],
    ['connection-lost', 'maybe', 'provider-unreachable'],
  ] as const)('tries again after %s', async (reason, sent, because) => {
    const { attempt } = await tryChannel(channel, { mailAnswer: failed(reason, sent) });
    expect(attempt).toMatchObject({ outcome: 'retry', because, maySent: sent === 'maybe' });
  });

  it('gives up after mail-refused', async () => {
    expect((await tryChannel(channel, { mailAnswer: failed('mail-refused') })).attempt.outcome).toBe('refused');
  });

  it.each(['address-refused', 'scheme-refused', 'url-refused'] as const)('waits after %s', async (reason) => {
    const { attempt } = await tryChannel(channel, { mailAnswer: failed(reason) });
    expect(attempt).toMatchObject({ outcome: 'retry', because: 'egress-refused', maySent: false });
  });

  it('gives the mail a deadline', async () => {
    const { mails } = await tryChannel(channel);
    expect(mails[0]?.timeoutMs).toBeGreaterThan(0);
    expect(mails[0]?.timeoutMs).toBeLessThanOrEqual(5_000);
  });

  it('repeats no secret in its result, whatever is wrong', async () => {
    const broken = Object.fromEntries(Object.keys(settingsOf(channel)).map((name) => [name, `!<\n${CANARY}`]));
    for (const name of Object.keys(broken)) {
      const settings = { ...settingsOf(channel), [name]: broken[name] ?? '' };
      expect(JSON.stringify((await tryChannel(channel, { settings })).attempt)).not.toContain(CANARY);
    }
    expect(JSON.stringify((await tryChannel(channel, { settings: broken })).attempt)).not.toContain(CANARY);
    expect(JSON.stringify((await tryChannel(channel, { more: { to: `x ${CANARY}` } })).attempt)).not.toContain(CANARY);
  });
}

function dialling(channel: Channel): void {
  it.each([408, 409, 425, 429, 500, 502, 503, 504, 401, 403, 404])('tries again after %i', async (status) => {
    const { attempt } = await tryChannel(channel, { answer: answer(status) });
    expect(attempt).toMatchObject({ outcome: 'retry', maySent: status >= 500 });
  });

  it.each([301, 302, 307, 400, 410, 413, 422])('gives up after %i', async (status) => {
    expect((await tryChannel(channel, { answer: answer(status) })).attempt.outcome).toBe('refused');
  });

  it.each([
    ['connection-failed', 'no'],
    ['name-not-found', 'no'],
    ['timed-out', 'maybe'],
    ['connection-lost', 'maybe'],
  ] as const)('tries again when the request came to nothing: %s', async (reason, sent) => {
    const { attempt } = await tryChannel(channel, { answer: noAnswer(reason, sent) });
    expect(attempt).toMatchObject({ outcome: 'retry', maySent: sent === 'maybe' });
  });

  it.each(['address-refused', 'scheme-refused', 'url-refused'] as const)('waits after %s', async (reason) => {
    const { attempt } = await tryChannel(channel, { answer: noAnswer(reason, 'no') });
    expect(attempt).toMatchObject({ outcome: 'retry', because: 'egress-refused', maySent: false });
    expect(attempt).toMatchObject({ problem: expect.stringContaining(reason) });
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['Mon, 02 Mar 2026 08:27:11 GMT', 30_000],
    ['Mon, 02 Mar 2020 08:26:41 GMT', 0],
    ['999999999', 3_600_000],
  ])('waits as long as Retry-After says: %s', async (value, afterMs) => {
    const trial = await tryChannel(channel, { answer: answer(429, { 'retry-after': value }) });
    expect(trial.attempt).toMatchObject({ outcome: 'retry', afterMs });
  });

  it('ignores a Retry-After that says nothing', async () => {
    const trial = await tryChannel(channel, { answer: answer(503, { 'retry-after': 'soon' }) });
    expect(trial.attempt).not.toHaveProperty('afterMs');
  });

  it('gives the request a deadline', async () => {
    const { requests } = await tryChannel(channel);
    expect(requests[0]?.timeoutMs).toBeGreaterThan(0);
    expect(requests[0]?.timeoutMs).toBeLessThanOrEqual(5_000);
  });

  it('repeats no secret in its result, whatever the provider answers', async () => {
    const answers = [200, 202, 301, 400, 429, 500].map((status) => answer(status));
    for (const given of [...answers, noAnswer('connection-failed', 'no'), noAnswer('url-refused', 'no')]) {
      expect(JSON.stringify((await tryChannel(channel, { answer: given })).attempt)).not.toContain(CANARY);
    }
    const broken = Object.fromEntries(Object.keys(settingsOf(channel)).map((name) => [name, `whsec_!${CANARY}`]));
    expect(JSON.stringify((await tryChannel(channel, { settings: broken })).attempt)).not.toContain(CANARY);
  });

  it('sends nothing without its settings', async () => {
    const { attempt, requests } = await tryChannel(channel, { settings: {} });
    if (channel.spec.fields.every(({ required }) => !required)) return;
    expect(attempt.outcome).toBe('refused');
    expect(requests).toEqual([]);
  });

  it('follows no link of its own: the URL is the one that the settings name', async () => {
    const { requests } = await tryChannel(channel);
    expect(new URL(requests[0]?.url ?? '').host).toBe('hooks.example');
  });
}
