import { basename, dirname } from 'node:path';
import { createNodeDisk } from '../spool/node-disk.ts';

/** How far a log has been shipped. */
export interface Place {
  /** Of the file; a rotated one keeps it under another name. */
  readonly inode: number;
  /** Counts the files that were read, so that one inode's or range's second life is told apart. */
  readonly generation: number;
  /** Everything before it was acknowledged. */
  readonly offset: number;
  /** The end of the batch that is being sent: after a crash exactly that is sent again, under the same key. */
  readonly sendingTo?: number;
  /** The file's first bytes, hashed: they change when it is cut and written anew. */
  readonly head: { readonly bytes: number; readonly hash: string };
}

/** Where the place is kept; a write survives a power loss once it has resolved. */
export interface PlaceKeeper {
  load(): Promise<Place | undefined>;
  save(place: Place): Promise<void>;
}

/** A place in a file of its own. */
export function keepPlaceIn(file: string): PlaceKeeper {
  const disk = createNodeDisk(dirname(file));
  const name = basename(file);
  return {
    async load() {
      const bytes = await disk.read(name);
      return bytes === undefined ? undefined : (JSON.parse(Buffer.from(bytes).toString()) as Place);
    },
    save: (place) => disk.replace(name, Buffer.from(JSON.stringify(place))),
  };
}
