import type { Disk } from '#kernel/ports.ts';

interface StoredFile {
  bytes: Uint8Array;
  /** How many of the bytes survive a power loss for certain. */
  synced: number;
}

/** Called before each operation on the disk; it may wait, and may throw to make the operation fail. */
export type DiskFault = (operation: 'append' | 'sync' | 'open' | 'replace' | 'remove', path: string) => Promise<void>;

/**
 * A disk in memory for tests and the simulation: appended bytes are lost by `losePower` unless they were synced, down to
 * any length that `keep` chooses.
 */
export class VolatileDisk implements Disk {
  readonly #files = new Map<string, StoredFile>();
  /** Handles of an earlier life may not write any more. */
  #life = 0;
  fault: DiskFault = async () => {};

  async openAppend(path: string, options?: { readonly truncateTo?: number }): ReturnType<Disk['openAppend']> {
    await this.fault('open', path);
    const life = this.#life;
    const file = this.#files.get(path) ?? { bytes: new Uint8Array(), synced: 0 };
    this.#files.set(path, file);
    if (options?.truncateTo !== undefined) {
      file.bytes = file.bytes.slice(0, options.truncateTo);
      file.synced = file.bytes.length;
    }
    const alive = (): void => {
      if (life !== this.#life) throw new Error('The power went off.');
    };
    return {
      append: async (bytes) => {
        alive();
        await this.fault('append', path);
        alive();
        const grown = new Uint8Array(file.bytes.length + bytes.length);
        grown.set(file.bytes);
        grown.set(bytes, file.bytes.length);
        file.bytes = grown;
      },
      sync: async () => {
        alive();
        const length = file.bytes.length;
        await this.fault('sync', path);
        alive();
        file.synced = Math.max(file.synced, length);
      },
      close: async () => {},
    };
  }

  async read(path: string): Promise<Uint8Array | undefined> {
    return this.#files.get(path)?.bytes.slice();
  }

  async replace(path: string, bytes: Uint8Array): Promise<void> {
    const life = this.#life;
    await this.fault('replace', path);
    if (life !== this.#life) throw new Error('The power went off.');
    this.#files.set(path, { bytes: bytes.slice(), synced: bytes.length });
  }

  async remove(path: string): Promise<void> {
    const life = this.#life;
    await this.fault('remove', path);
    if (life !== this.#life) throw new Error('The power went off.');
    this.#files.delete(path);
  }

  async list(folder: string): Promise<readonly string[]> {
    const prefix = `${folder}/`;
    const names = [...this.#files.keys()].filter((path) => path.startsWith(prefix));
    return names.map((path) => path.slice(prefix.length)).sort();
  }

  /** Cuts each file to a length between its synced and its written bytes; open handles die. */
  losePower(keep: (synced: number, written: number) => number): void {
    this.#life += 1;
    for (const file of this.#files.values()) {
      file.bytes = file.bytes.slice(0, keep(file.synced, file.bytes.length));
      file.synced = file.bytes.length;
    }
  }
}
