/** A message that left Watchbill and arrived at the other end. */
export interface ToldMessage {
  /** The same when a message is sent again. */
  readonly id: string;
  readonly channel: 'email' | 'slack' | 'webhook';
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** An address, a room, or what was posted to. */
  readonly to: string;
  readonly title: string;
  /** As plain text. */
  readonly text: string;
  /** A mail's HTML part. */
  readonly html?: string;
  /** What was posted, as it came. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** The last messages, each once however often it was sent. */
export interface ToldLog {
  /** Oldest first. */
  readonly messages: readonly ToldMessage[];
  add(message: ToldMessage): void;
}

const MESSAGES_KEPT = 100;

/** `told` is called once for each message. */
export function createToldLog(told: (message: ToldMessage) => void): ToldLog {
  const messages: ToldMessage[] = [];
  return {
    messages,
    add(message) {
      if (messages.some(({ channel, id }) => channel === message.channel && id === message.id)) return;
      messages.push(message);
      messages.splice(0, messages.length - MESSAGES_KEPT);
      told(message);
    },
  };
}
