/** The inbox, which every plan has without binding it. */
export const APP_CHANNEL = 'app';

export interface ChannelSetting {
  readonly type: 'text' | 'url' | 'number' | 'email';
  readonly required?: true;
  /** Written only as `secret NAME`. */
  readonly secret?: true;
  readonly values?: readonly string[];
  /** Another setting that it makes no sense without. */
  readonly with?: string;
}

/** A kind of channel that is executed. */
export interface ChannelKind {
  readonly settings: Readonly<Record<string, ChannelSetting>>;
  /** The key of a person that holds their address; `name` when none is needed. Absent: it does not reach persons. */
  readonly persons?: 'name' | 'email' | 'telegram' | 'ntfy';
  /** See `Reach.addresses` of the channels. */
  readonly addresses?: 'binding' | 'one place' | 'places';
  /** The setting that says the place of a binding, for `places`. */
  readonly placeSetting?: string;
  /** What a place looks like, and in words. */
  readonly place?: { readonly pattern: RegExp; readonly words: string };
}

const secretUrl: ChannelKind = {
  settings: { url: { type: 'url', required: true, secret: true } },
  addresses: 'one place',
};

export const MAIL_ADDRESS: RegExp = /^[^\s@<>,;:"()[\]\\]{1,64}@[^\s@<>,;:"()[\]\\]{1,253}$/;

/** What the executed kinds take and whom they reach. A test of the channels holds it to what they say themselves. */
export const executedKinds: Readonly<Record<string, ChannelKind>> = {
  app: { settings: {}, persons: 'name' },
  email: {
    settings: {
      host: { type: 'text', required: true },
      port: { type: 'number' },
      security: { type: 'text', values: ['starttls', 'tls', 'none'] },
      user: { type: 'text', with: 'password' },
      password: { type: 'text', secret: true, with: 'user' },
      from: { type: 'email', required: true },
    },
    persons: 'email',
    addresses: 'places',
    place: { pattern: MAIL_ADDRESS, words: 'a mail address, e.g. `email:team@shop.example`' },
  },
  slack: secretUrl,
  teams: secretUrl,
  discord: secretUrl,
  telegram: {
    settings: { token: { type: 'text', required: true, secret: true }, chat: { type: 'text' }, url: { type: 'url' } },
    persons: 'telegram',
    addresses: 'places',
    placeSetting: 'chat',
    place: { pattern: /^(?:-?\d{1,20}|@\w{1,64})$/, words: 'a chat: its number, or `@name` of a public channel' },
  },
  ntfy: {
    settings: { topic: { type: 'text' }, token: { type: 'text', secret: true }, url: { type: 'url' } },
    persons: 'ntfy',
    addresses: 'places',
    placeSetting: 'topic',
    place: { pattern: /^[\w-]{1,64}$/, words: 'a topic: letters, digits, `-` and `_`' },
  },
  webhook: {
    settings: { url: { type: 'url', required: true }, secret: { type: 'text', required: true, secret: true } },
    addresses: 'binding',
  },
};

/** Kinds by which the language can reach persons; those that are not in the table above are not executed yet. */
export const PERSON_KINDS: readonly string[] = [
  APP_CHANNEL,
  'email',
  'sms',
  'voice',
  'push',
  'whatsapp',
  'slack',
  'telegram',
  'ntfy',
];
export const ADDRESS_KINDS: readonly string[] = [
  'webhook',
  'slack',
  'teams',
  'discord',
  'telegram',
  'ntfy',
  'email',
  'pagerduty',
  'opsgenie',
  'jira',
  'github',
];
export const CHANNEL_KINDS: readonly string[] = [...new Set([...PERSON_KINDS, ...ADDRESS_KINDS])];

/** The kind when it is executed. */
export function executedKind(kind: string): ChannelKind | undefined {
  return Object.hasOwn(executedKinds, kind) ? executedKinds[kind] : undefined;
}

/** What a binding of an executed kind may hold; undefined for the others. */
export function channelSettings(kind: string): ChannelKind['settings'] | undefined {
  return executedKind(kind)?.settings;
}
