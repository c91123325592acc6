import type { DurationMs, Instant } from './instant.ts';
import type { Result } from './result.ts';

/**
 * The ports: everything that decides is pure, and everything else takes these as arguments. They are implemented once
 * for production beside `main.ts`, and once for the simulation, which can crash the shell at any await.
 */

/** The one clock. */
export interface Clock {
  /** Wall clock, UTC. May jump; never use a difference of two readings as a duration that matters. */
  now(): Instant;
  /** Monotonic milliseconds from an arbitrary start, with fractions. */
  monotonicMs(): number;
  /**
   * Calls `run` once, not before `now()` has reached `at`. Any distance is allowed (JavaScript's own timers fire at once
   * past 2^31 ms). A jump of the wall clock is noticed within a second. Returns a function that cancels.
   */
  schedule(at: Instant, run: () => void): () => void;
  /**
   * Calls `run` once, not before `delayMs` of monotonic time have passed, whatever the wall clock does meanwhile: for
   * pauses, and for work that comes every so often. Returns a function that cancels.
   */
  after(delayMs: DurationMs, run: () => void): () => void;
}

/** The one source of randomness. */
export interface Random {
  /** `length` random bytes; cryptographic in production, seeded in the simulation. */
  bytes(length: number): Uint8Array;
  /** Uniform in [0, 1). */
  fraction(): number;
}

/** One request that leaves. Bodies are whole: pages and webhooks are small. */
export interface OutgoingRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly timeoutMs: DurationMs;
  /** Most bytes of the answer's body; `limits.egressResponseBytes` without it. */
  readonly responseBytes?: number;
}

export interface IncomingResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** At most `limits.egressResponseBytes` or what the request said, cut there. */
  readonly body: Uint8Array;
  /** There was more than that. */
  readonly isCut?: true;
}

/** Why a request did not come back with an answer. `sent` says whether the other side may have acted on it. */
export interface TransportFailure {
  readonly reason:
    | 'address-refused'
    | 'scheme-refused'
    | 'url-refused'
    | 'name-not-found'
    | 'connection-failed'
    | 'timed-out'
    | 'connection-lost';
  /** Says what was wrong and where, for people; never holds a secret. */
  readonly message: string;
  readonly sent: 'no' | 'maybe';
  /** It failed on our side (our resolver, our network, our sockets), so nothing is known of the other one. */
  readonly isOurs?: true;
}

/** The one way out to the network. Never throws for what the network or the other side does. */
export interface Transport {
  send(
    request: OutgoingRequest,
  ): Promise<
    { readonly ok: true; readonly value: IncomingResponse } | { readonly ok: false; readonly failure: TransportFailure }
  >;
  /** The same for what one plan names, where plans may go to different places. */
  forPlan?(plan: string): Transport;
}

/** A mail server and how to speak to it. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** `starttls`: begun in the clear, then TLS or nothing at all. `tls`: from the first byte on. `none`: in the clear, for a relay on the same host. */
  readonly security: 'starttls' | 'tls' | 'none';
  readonly login?: { readonly user: string; readonly password: string };
}

/** One mail to one address. What it looks like on the wire (folding, encodings, boundaries) is the implementation's. */
export interface OutgoingMail {
  readonly server: MailServer;
  readonly from: { readonly name: string; readonly address: string };
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly date: Instant;
  /** With angle brackets, like those of `references`. */
  readonly messageId: string;
  /** The messages that it belongs to, oldest first; the last one is what it answers. */
  readonly references: readonly string[];
  /** Further headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: DurationMs;
}

/** Why a mail was not taken. `message` names the host and the codes of the answer, never its words: these may repeat a secret. */
export interface MailFailure {
  readonly reason:
    | TransportFailure['reason']
    /** The server does not speak TLS, its login was refused, or it is not there for us: nothing was said about this mail. */
    | 'session-refused'
    /** The server has judged this mail, for now or for ever. */
    | 'mail-deferred'
    | 'mail-refused';
  readonly message: string;
  readonly sent: 'no' | 'maybe';
}

/** The one way out for mail. Resolves with the codes of the acceptance, e.g. `250 2.0.0`; what happens after it does not count. */
export interface MailTransport {
  sendMail(mail: OutgoingMail): Promise<Result<string, MailFailure>>;
  /** The same for what one plan names, where plans may go to different places. */
  forPlan?(plan: string): MailTransport;
}

/** A file that only grows. Calls on one file are made one after another by its owner. */
export interface AppendFile {
  /** Appends whole; the bytes survive a crash of ours, and a power loss only after `sync`. */
  append(bytes: Uint8Array): Promise<void>;
  /** fdatasync: when it resolves, all appended bytes survive a power loss. */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/** Files under one folder, by relative path with `/`. Reading what is not there gives undefined. */
export interface Disk {
  /** Opens for appending, creating file and folders; `truncateTo` first cuts a torn tail. */
  openAppend(path: string, options?: { readonly truncateTo?: number }): Promise<AppendFile>;
  read(path: string): Promise<Uint8Array | undefined>;
  /** Writes beside, syncs, renames over: readers see the old or the new whole, also after a power loss. */
  replace(path: string, bytes: Uint8Array): Promise<void>;
  remove(path: string): Promise<void>;
  /** Names in a folder, sorted; an absent folder is empty. */
  list(folder: string): Promise<readonly string[]>;
}
