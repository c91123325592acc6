import { limits } from '#kernel/limits.ts';

/** What is known of a secret: its value, that nobody has set it, or that whoever started us has not answered yet. */
export type SecretState =
  | { readonly state: 'known'; readonly value: string }
  | { readonly state: 'unset' }
  | { readonly state: 'awaited' };

/** The values that were asked for, by name; null for one that is not set. */
export type SecretValues = Readonly<Record<string, string | null>>;

/**
 * The secrets that plans in force name for what this process does itself: signatures of webhooks, tokens of scrapes. They are asked for by name
 * and held in memory alone, for as long as a plan names them; nothing else of the environment comes into the process that strangers talk to.
 */
export class Secrets {
  readonly #ask: (names: readonly string[]) => void;
  readonly #values = new Map<string, string | null>();
  #wanted: ReadonlySet<string> = new Set();

  /** `ask` has the values brought to `accept`, once or never. */
  constructor(ask: (names: readonly string[]) => void) {
    this.#ask = ask;
  }

  /** Replaces the names that are needed: values of others are forgotten, and new ones are asked for. */
  want(names: Iterable<string>): void {
    this.#wanted = new Set([...names].slice(0, limits.intakeSecrets));
    for (const name of [...this.#values.keys()]) if (!this.#wanted.has(name)) this.#values.delete(name);
    const missing = [...this.#wanted].filter((name) => !this.#values.has(name));
    if (missing.length > 0) this.#ask(missing);
  }

  accept(values: SecretValues): void {
    for (const [name, value] of Object.entries(values)) if (this.#wanted.has(name)) this.#values.set(name, value);
  }

  look(name: string): SecretState {
    const value = this.#values.get(name);
    if (value === undefined) return { state: 'awaited' };
    return value === null ? { state: 'unset' } : { state: 'known', value };
  }
}
