import { hash } from 'node:crypto';
import type { DurationMs } from '#kernel/instant.ts';
import type { Clock } from '#kernel/ports.ts';
import { type AccessLogFormat, decodeAccessLine } from './decode.ts';
import { headAfter, headOf, inodeAt, isContinued, type LogFile, openLog, rotatedSince } from './log-file.ts';
import { keepPlaceIn, type Place, type PlaceKeeper } from './place.ts';

export interface ShipOptions {
  readonly file: string;
  /** Found from each line when it is not given. */
  readonly format?: AccessLogFormat;
  /** Where the place is remembered. */
  readonly placeFile: string;
  /** Sends NDJSON to intake and resolves once it was answered with 2xx; it repeats by itself. The same key is the same batch. */
  readonly send: (body: string, idempotencyKey: string) => Promise<ShipAnswer>;
  readonly clock: Clock;
  /** Ends the following. */
  readonly signal: AbortSignal;
  readonly onBatch?: (progress: ShipProgress) => void;
}

export interface ShipAnswer {
  readonly accepted: number;
  readonly rejected: readonly unknown[];
}

/** Counted since the start of this process. */
export interface ShipProgress {
  readonly lines: number;
  readonly accepted: number;
  readonly rejected: number;
  readonly malformed: number;
}

const POLL_MS: DurationMs = 200;
/** A renamed file is given up when it has not grown for this long after its successor has appeared. */
const ROTATED_QUIET_MS: DurationMs = 1_000;
const BATCH_BYTES = 524_288;
const NEWLINE = 0x0a;

/** Follows an access log until the signal: from where the last run ended, through renames and cuts. */
export async function shipAccessLog(options: ShipOptions): Promise<ShipProgress> {
  const follower = new Follower(options);
  try {
    await follower.run();
  } catch (error) {
    // What is under way when the signal comes may fail; it is sent again next time.
    if (!options.signal.aborted) throw error;
  }
  return follower.progress;
}

class Follower {
  readonly #options: ShipOptions;
  readonly #keeper: PlaceKeeper;
  #place: Place | undefined;
  /** The file that was last read to its end after it had been rotated. */
  #finishedInode: number | undefined;
  progress: ShipProgress = { lines: 0, accepted: 0, rejected: 0, malformed: 0 };

  constructor(options: ShipOptions) {
    this.#options = options;
    this.#keeper = keepPlaceIn(options.placeFile);
  }

  async run(): Promise<void> {
    const { file, signal } = this.#options;
    this.#place = await this.#keeper.load();
    while (!signal.aborted) {
      await this.#finishRotated();
      const log = await openLog(file);
      if (log === undefined) {
        await this.#pause();
        continue;
      }
      try {
        // It may have been rotated again between the two: then there is a file in between to be read first.
        if (await this.#isNext(log)) {
          await this.#begin(log);
          await this.#follow(log);
        }
      } finally {
        await log.close();
      }
    }
  }

  /** Reads what was rotated away while nobody followed, or while another file was read. */
  async #finishRotated(): Promise<void> {
    const place = this.#place;
    if (place === undefined || (await inodeAt(this.#options.file)) === place.inode) return;
    for (const path of await rotatedSince(this.#options.file, place)) {
      const log = await openLog(path);
      if (log === undefined) continue;
      try {
        await this.#begin(log);
        await this.#finish(log);
      } finally {
        await log.close();
      }
      // What is left of this file is for the next run: the place must not leave it.
      if (this.#options.signal.aborted) return;
    }
  }

  async #isNext(log: LogFile): Promise<boolean> {
    const place = this.#place;
    if (place === undefined || place.inode === log.inode) return true;
    const rotated = await rotatedSince(this.#options.file, place);
    return rotated.length === 0 || (rotated.length === 1 && this.#finishedInode === place.inode);
  }

  /** Goes on in the file where the place is, or begins it. */
  async #begin(log: LogFile): Promise<void> {
    const place = this.#place;
    if (place !== undefined && place.inode === log.inode && (await isContinued(log, place))) return;
    await this.#start(log);
  }

  async #start(log: LogFile): Promise<void> {
    await this.#remember({
      inode: log.inode,
      generation: (this.#place?.generation ?? 0) + 1,
      offset: 0,
      head: await headOf(log, 0),
    });
  }

  /** Ships what the file has and gets, until it was rotated away and read to its end. */
  async #follow(log: LogFile): Promise<void> {
    const { file, signal, clock } = this.#options;
    let quietSince: number | undefined;
    while (!signal.aborted) {
      if (this.#place !== undefined && !(await isContinued(log, this.#place))) await this.#start(log);
      const shipped = await this.#shipAll(log, false);
      const successor = await inodeAt(file);
      if (shipped || successor === undefined || successor === log.inode) quietSince = undefined;
      else {
        quietSince ??= clock.monotonicMs();
        if (clock.monotonicMs() - quietSince >= ROTATED_QUIET_MS) {
          await this.#finish(log);
          return;
        }
      }
      if (!shipped) await this.#pause();
    }
  }

  async #finish(log: LogFile): Promise<void> {
    await this.#shipAll(log, true);
    if (!this.#options.signal.aborted) this.#finishedInode = log.inode;
  }

  /** Ships all whole lines; with `toEnd` a last line without its end too. Says whether there were any. */
  async #shipAll(log: LogFile, toEnd: boolean): Promise<boolean> {
    let any = false;
    while (!this.#options.signal.aborted) {
      const place = this.#place;
      // A file that was cut in the meantime begins anew, and is not read from the middle.
      if (place === undefined || !(await isContinued(log, place))) break;
      const end = place.sendingTo ?? (await this.#nextEnd(log, place.offset, toEnd));
      if (end === undefined) break;
      await this.#shipRange(log, place, end);
      any = true;
    }
    return any;
  }

  /** The end of the next batch: after a whole line. A line as long as a batch is one that nobody can read; it is passed over. */
  async #nextEnd(log: LogFile, offset: number, toEnd: boolean): Promise<number | undefined> {
    const bytes = await log.read(offset, BATCH_BYTES);
    if (bytes.length === 0) return undefined;
    const last = bytes.lastIndexOf(NEWLINE);
    if (last >= 0) return offset + last + 1;
    return toEnd || bytes.length === BATCH_BYTES ? offset + bytes.length : undefined;
  }

  async #shipRange(log: LogFile, place: Place, end: number): Promise<void> {
    const bytes = await log.read(place.offset, end - place.offset);
    const head = await headAfter(log, place, bytes);
    if (bytes.length < end - place.offset || head === undefined) {
      // The file was cut since it was looked at: these bytes may be from the middle of what came after.
      await this.#start(log);
      return;
    }
    // The beginning is noted before the batch leaves: the file may be cut while it is under way.
    const planned: Place = place.sendingTo === undefined ? { ...place, sendingTo: end, head } : place;
    if (planned !== place) await this.#remember(planned);
    let lines = 0;
    let malformed = 0;
    const events: string[] = [];
    for (const line of bytes.toString('utf8').split('\n')) {
      if (line.trim() === '') continue;
      lines += 1;
      const event = decodeAccessLine(line, this.#options.format);
      if (event === undefined) malformed += 1;
      else events.push(JSON.stringify(event));
    }
    const body = events.join('\n');
    const digest = hash('sha256', body, 'hex').slice(0, 16);
    const key = `access-log-${place.inode}-${place.generation}-${place.offset}-${end}-${digest}`;
    const answer = events.length === 0 ? { accepted: 0, rejected: [] } : await this.#options.send(body, key);
    const { sendingTo: _, ...rest } = { ...planned, offset: end };
    await this.#remember(rest);
    this.progress = {
      lines: this.progress.lines + lines,
      accepted: this.progress.accepted + answer.accepted,
      rejected: this.progress.rejected + answer.rejected.length,
      malformed: this.progress.malformed + malformed,
    };
    this.#options.onBatch?.(this.progress);
  }

  async #remember(place: Place): Promise<void> {
    await this.#keeper.save(place);
    this.#place = place;
  }

  #pause(): Promise<void> {
    const { clock, signal } = this.#options;
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal.removeEventListener('abort', done);
        resolve();
      };
      const cancel = clock.after(POLL_MS, done);
      signal.addEventListener('abort', done, { once: true });
      if (signal.aborted) done();
    });
  }
}
