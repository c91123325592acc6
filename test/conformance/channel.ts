import { describe, expect, it } from 'vitest';
import type { Attempt, Channel, ChannelContext } from '#channels/channel.ts';
import type { InboxMessage, LeasedNotification } from '#core/store.ts';
import type { IncomingResponse, OutgoingRequest, Transport, TransportFailure } from '#kernel/ports.ts';

/** A secret that may appear nowhere but in what leaves for the provider. */
export const CANARY = 'Y2FuYXJ5LWNhbmFyeS1jYW5hcnktY2FuYXJ5';

type Answer = Awaited<ReturnType<Transport['send']>>;

/** What a test of a channel may look at: every request and every inbox message, in order. */
export interface ChannelTrial {
  readonly attempt: Attempt;
  readonly requests: readonly OutgoingRequest[];
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
    readonly inboxFails?: boolean;
    readonly now?: number;
  } = {},
): Promise<ChannelTrial> {
  const requests: OutgoingRequest[] = [];
  const inbox: InboxMessage[] = [];
  const attempt = await channel.send(options.notification ?? sampleNotification(), {
    transport: {
      async send(request) {
        requests.push(request);
        return options.answer ?? answer(200);
      },
    },
    now: options.now ?? 1_772_440_001_000,
    timeoutMs: 5_000,
    settings: options.settings ?? settingsOf(channel),
    async putInbox(message) {
      if (options.inboxFails === true) throw new Error(`insert of ${message.text} failed`);
      inbox.push(message);
    },
  });
  return { attempt, requests, inbox };
}

export function answer(status: number, headers: Record<string, string> = {}): Answer {
  const value: IncomingResponse = { status, headers, body: new TextEncoder().encode(`echo ${CANARY}`) };
  return { ok: true, value };
}

export function noAnswer(reason: TransportFailure['reason'], sent: TransportFailure['sent']): Answer {
  return { ok: false, failure: { reason, sent, message: `hooks.example: ${reason}` } };
}

/** Settings with the canary in every secret field. */
export function settingsOf(channel: Channel): Record<string, string | number | boolean> {
  const settings: Record<string, string | number | boolean> = {};
  for (const field of channel.spec.fields) {
    if (field.secret) settings[field.name] = CANARY;
    else if (field.type === 'url') settings[field.name] = `https://hooks.example/${CANARY}`;
    else settings[field.name] = field.type === 'number' ? 1 : field.type === 'boolean' ? true : 'text';
  }
  return settings;
}

/** What every channel has to hold. `dials` says whether it speaks to a provider by HTTP. */
export function channelConformance(channel: Channel, dials: boolean): void {
  describe(`${channel.spec.kind} as a channel`, () => {
    it('says that it was accepted only after the other side said so', async () => {
      const { attempt, requests, inbox } = await tryChannel(channel);
      expect(['accepted', 'delivered']).toContain(attempt.outcome);
      expect(requests.length + inbox.length).toBe(1);
    });

    it('keeps one id over all attempts', async () => {
      const id = (trial: ChannelTrial): string =>
        trial.inbox[0]?.id ?? trial.requests[0]?.headers['webhook-id'] ?? 'none';
      const first = await tryChannel(channel);
      const later = await tryChannel(channel, {
        notification: sampleNotification({ attempt: 7, fence: 9, mayRepeat: true }),
        now: 1_772_450_000_000,
      });
      expect(id(first)).toBe(sampleNotification().id);
      expect(id(later)).toBe(id(first));
    });

    it.each([
      ['a label of a megabyte', JSON.stringify(['x'.repeat(1_048_576)])],
      ['text that is no valid Unicode', '["\\ud800 \\u0000 \\u001b[31m"]'],
      ['a group that is no JSON', '["/orders'],
      ['a group that is no list', '{"a":1}'],
    ])('is not held up by %s', async (_, group) => {
      const sample = sampleNotification();
      const { attempt, requests, inbox } = await tryChannel(channel, {
        notification: { ...sample, content: { ...sample.content, group } },
      });
      expect(['accepted', 'delivered']).toContain(attempt.outcome);
      const text = messageOf(inbox, requests);
      expect(text.length).toBeLessThan(20_000);
      expect(text.isWellFormed()).toBe(true);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none is what is tested.
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
      expect(text).toContain('errors');
    });

    it('is not held up by a text that cannot be rendered', async () => {
      const sample = sampleNotification();
      const content = { ...sample.content };
      Object.defineProperty(content, 'evidence', {
        get() {
          throw new TypeError('no such template');
        },
      });
      const { attempt, requests, inbox } = await tryChannel(channel, { notification: { ...sample, content } });
      expect(['accepted', 'delivered']).toContain(attempt.outcome);
      const text = messageOf(inbox, requests);
      expect(text).toContain('errors');
    });

    if (dials) dialling(channel);
    else {
      it('tries again when the inbox cannot be written, without repeating the failure', async () => {
        const { attempt } = await tryChannel(channel, { inboxFails: true });
        expect(attempt).toMatchObject({ outcome: 'retry', maySent: true });
        expect(JSON.stringify(attempt)).not.toContain('insert of');
      });
    }
  });
}

function messageOf(inbox: readonly InboxMessage[], requests: readonly OutgoingRequest[]): string {
  if (inbox[0] !== undefined) return `${inbox[0].title}\n${inbox[0].text}`;
  return new TextDecoder('utf-8', { fatal: true }).decode(requests[0]?.body);
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

  it('gives up on an address that is not permitted', async () => {
    const { attempt } = await tryChannel(channel, { answer: noAnswer('address-refused', 'no') });
    expect(attempt).toMatchObject({ outcome: 'refused', problem: expect.stringContaining('address-refused') });
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
    const answers = [200, 301, 400, 429, 500].map((status) => answer(status));
    for (const given of [...answers, noAnswer('connection-failed', 'no'), noAnswer('url-refused', 'no')]) {
      expect(JSON.stringify((await tryChannel(channel, { answer: given })).attempt)).not.toContain(CANARY);
    }
    const broken = Object.fromEntries(Object.keys(settingsOf(channel)).map((name) => [name, `whsec_!${CANARY}`]));
    expect(JSON.stringify((await tryChannel(channel, { settings: broken })).attempt)).not.toContain(CANARY);
  });
}
