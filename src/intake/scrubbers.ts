import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { assert } from '#kernel/assert.ts';
import type { Disk, Random } from '#kernel/ports.ts';
import type { ScrubRules } from '#plan/traffic.ts';
import { loadInstallationKey } from './installation-key.ts';
import { Scrubber } from './scrubbing/scrubber.ts';

/** Beside the spool; whoever has it can find out whether a hash is that of a person they name. */
const KEY_PATH = 'scrub-key';
/** 128 bits of the hash, which nobody meets twice by chance. */
const HASH_CHARACTERS = 22;

interface Entry {
  readonly rules: ScrubRules | undefined;
  readonly scrubber: Scrubber;
}

/** The scrub list of each plan as it is in force, with the hashes that only this installation makes. */
export class Scrubbers {
  readonly #rulesOf: (plan: string) => ScrubRules | undefined;
  readonly #entries = new Map<string, Entry>();
  #key: Uint8Array | undefined;

  constructor(rulesOf: (plan: string) => ScrubRules | undefined) {
    this.#rulesOf = rulesOf;
  }

  /** Reads the installation's key, or makes it; to be called before anything is taken in. */
  async load(disk: Disk, random: Random): Promise<void> {
    this.#key = await loadInstallationKey(disk, random, KEY_PATH);
  }

  of(plan: string): Scrubber {
    const rules = this.#rulesOf(plan);
    const known = this.#entries.get(plan);
    if (known !== undefined && known.rules === rules) return known.scrubber;
    // Another version of a plan has most often the same list.
    if (known !== undefined && isDeepStrictEqual(known.rules, rules)) {
      this.#entries.set(plan, { ...known, rules });
      return known.scrubber;
    }
    const scrubber = new Scrubber(rules, (text) => this.#hash(plan, text));
    this.#entries.set(plan, { rules, scrubber });
    return scrubber;
  }

  /** The plan is part of it, so that nobody can follow a person from one plan to another. */
  #hash(plan: string, text: string): string {
    assert(this.#key !== undefined, 'The key is loaded before anything is taken in.');
    return createHmac('sha256', this.#key).update(`${plan}\n${text}`).digest('base64url').slice(0, HASH_CHARACTERS);
  }
}
