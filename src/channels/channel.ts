import type { InboxMessage, LeasedNotification } from '#core/store.ts';
import type { DurationMs, Instant } from '#kernel/instant.ts';
import type { Transport } from '#kernel/ports.ts';

/** Every kind there is; `catalogue.ts` has to hold a channel for each. */
export type ChannelKind = 'app' | 'webhook';

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
  /** Whether it speaks to persons (`mia by app`) or to an address (`webhook:ops`). */
  readonly reaches: 'persons' | 'addresses';
  readonly fields: readonly ChannelField[];
  /** What a provider does with a message that comes twice. */
  readonly deduplication: 'by-key' | 'by-lookup' | 'none';
}

export interface ChannelField {
  readonly name: string;
  readonly type: 'text' | 'url' | 'number' | 'boolean';
  readonly required: boolean;
  /** Written only as `secret NAME`; never shown, never in an error. */
  readonly secret: boolean;
  readonly help: string;
}

/** What a channel may use. Nothing else: no clock, no network of its own. */
export interface ChannelContext {
  readonly transport: Transport;
  readonly now: Instant;
  readonly timeoutMs: DurationMs;
  /** Values of the binding's fields, secrets resolved. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Only the inbox writes to the store. */
  readonly putInbox: (message: InboxMessage) => Promise<void>;
}

/** What became of one attempt; a provider's failure is a value. `problem` is for people and holds no secret. */
export type Attempt =
  | { readonly outcome: 'accepted' | 'delivered'; readonly receipt?: string }
  | {
      readonly outcome: 'retry';
      readonly problem: string;
      /** Whether the other side answered at all. */
      readonly because: 'provider-refused' | 'provider-unreachable';
      readonly afterMs?: DurationMs;
      /** The message may have arrived nevertheless. */
      readonly maySent: boolean;
    }
  | { readonly outcome: 'refused'; readonly problem: string };

export interface Channel {
  readonly spec: ChannelSpec;
  send(notification: LeasedNotification, context: ChannelContext): Promise<Attempt>;
}
