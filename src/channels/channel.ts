import type { InboxMessage, LeasedNotification } from '#core/store.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { MailTransport, Transport } from '#kernel/ports.ts';

/** Every kind there is; `catalogue.ts` has to hold a channel for each. */
export type ChannelKind = 'app' | 'webhook' | 'email' | 'slack' | 'discord' | 'teams' | 'telegram' | 'ntfy';

/**
 * A channel is one folder: `spec.ts` (what it is, pure), `render.ts` (content to message, pure) and `send.ts` (the I/O). It is
 * made known by one line in `catalogue.ts`; schema, help and docs derive from the spec, and every channel passes
 * `test/conformance/channel.ts`.
 */
export interface ChannelSpec {
  /** As plans name it. */
  readonly kind: ChannelKind;
  readonly title: string;
  /** One sentence for the docs. */
  readonly summary: string;
  /** Whether the plan has to bind it under `channels`, or it is there by itself (the inbox). */
  readonly builtIn: boolean;
  readonly reaches: Reach;
  readonly fields: readonly ChannelField[];
  /** Lines of a plan that use it, without `plan`; the docs show them and a test compiles them. */
  readonly example: string;
  /** What a provider does with a message that comes twice. */
  readonly deduplication: 'by-key' | 'by-lookup' | 'none';
}

/** Whom a channel speaks to. */
export interface Reach {
  /** The field of a person that holds their address in this channel; `name` when the name itself is enough. Absent: no persons. */
  readonly persons?: 'name' | 'email' | 'telegram' | 'ntfy';
  /**
   * What stands after the colon of an address. `binding`: the name of a binding of this kind. `one place`: the same, and else the one
   * place of the binding that is named like the kind. `places`: the same, and else any place that this binding can reach.
   */
  readonly addresses?: 'binding' | 'one place' | 'places';
  /** The field of a binding that says its own place, for `places`. */
  readonly placeField?: string;
}

export interface ChannelField {
  readonly name: string;
  readonly type: 'text' | 'url' | 'number' | 'boolean' | 'email';
  /** The only values that it may have. */
  readonly values?: readonly string[];
  readonly required: boolean;
  /** Another field that it makes no sense without. */
  readonly with?: string;
  /** Written only as `secret NAME`; never shown, never in an error. */
  readonly secret: boolean;
  readonly help: string;
}

/** What a channel may use. Nothing else: no clock, no network of its own. */
export interface ChannelContext {
  readonly transport: Transport;
  readonly mail: MailTransport;
  readonly now: Instant;
  readonly timeoutMs: DurationMs;
  /** Values of the binding's fields, secrets resolved. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Where to within the channel, e.g. a mail address, a chat, a topic; absent when the binding alone says it. */
  readonly to?: string;
  /** Pages in Watchbill. Acknowledging is for one person and only while the alert fires. */
  readonly links?: { readonly alert: string; readonly acknowledge?: string };
  /** Place of the severity in the plan in force, 0 for the most severe; absent when the plan does not have it. */
  readonly severityRank?: number;
  /** Zone in which people of the plan read times; UTC when absent. */
  readonly timezone?: string;
  /** Set when nothing has happened and somebody only wants to see whether messages arrive. */
  readonly test?: { readonly by: string };
  /** Only the inbox writes to the store. */
  readonly putInbox: (message: InboxMessage) => Promise<void>;
}

/** What became of one attempt; a provider's failure is a value. `problem` is for people and holds no secret. */
export type Attempt =
  | { readonly outcome: 'accepted' | 'delivered'; readonly receipt?: string }
  | {
      readonly outcome: 'retry';
      readonly problem: string;
      /** Whether the other side answered at all, or was not even asked since this server may not dial it. */
      readonly because: 'provider-refused' | 'provider-unreachable' | 'egress-refused';
      readonly afterMs?: DurationMs;
      /** The message may have arrived nevertheless. */
      readonly maySent: boolean;
    }
  | { readonly outcome: 'refused'; readonly problem: string };

export interface Channel {
  readonly spec: ChannelSpec;
  send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt>;
}
