import { existsSync } from 'node:fs';
import { appendFile, copyFile, mkdir, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { T0, VirtualClock } from '../test-support.ts';
import { type ShipProgress, shipAccessLog } from './follow.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'watchbill-follow-'));
  file = join(folder, 'access.log');
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function line(number: number): string {
  return `203.0.113.9 - - [02/Mar/2026:08:00:00 +0100] "GET /n/${number} HTTP/1.1" 200 1 "-" "test"\n`;
}

/** Intake as the follower sees it: a repeated key is the same batch, and another body under it is an error. */
class Receiver {
  readonly #bodies = new Map<string, string>();
  readonly numbers: number[] = [];
  repeated = 0;

  take(body: string, key: string): { readonly accepted: number; readonly rejected: readonly unknown[] } {
    const events = body.split('\n').map((text) => JSON.parse(text) as { readonly path: string });
    const known = this.#bodies.get(key);
    if (known !== undefined) {
      expect(body).toBe(known);
      this.repeated += 1;
      return { accepted: events.length, rejected: [] };
    }
    this.#bodies.set(key, body);
    this.numbers.push(...events.map((event) => Number(event.path.slice(3))));
    return { accepted: events.length, rejected: [] };
  }
}

interface Running {
  /** Lets time pass until the condition holds or the follower has ended. Bounded by the test's own time only: a busy disk is slow. */
  until(condition: () => boolean): Promise<void>;
  stop(): Promise<ShipProgress | 'crashed'>;
}

/** `loseAnswer` makes the send fail after intake has taken the batch, which ends the follower as a kill would. */
function follow(receiver: Receiver, loseAnswer: () => boolean = () => false): Running {
  const clock = new VirtualClock(T0);
  const stop = new AbortController();
  let ended = false;
  const outcome = shipAccessLog({
    file,
    placeFile: join(folder, 'place.json'),
    clock,
    signal: stop.signal,
    send: async (body, key) => {
      const answer = receiver.take(body, key);
      if (loseAnswer()) throw new Error('killed');
      return answer;
    },
  }).then(
    (progress) => progress,
    () => 'crashed' as const,
  );
  void outcome.finally(() => {
    ended = true;
  });
  return {
    async until(condition) {
      while (!condition() && !ended) {
        await clock.advance(100);
        // The files are real, so their operations take real time.
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    },
    stop: async () => {
      stop.abort();
      return await outcome;
    },
  };
}

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, index) => index);

describe('following', { timeout: 30_000 }, () => {
  test('ships what is there and what comes, and counts malformed lines', async () => {
    const receiver = new Receiver();
    await writeFile(file, `${line(0)}nonsense\n${line(1)}`);
    const running = follow(receiver);
    await running.until(() => receiver.numbers.length === 2);
    await appendFile(file, line(2).slice(0, 20));
    await appendFile(file, line(2).slice(20));
    await running.until(() => receiver.numbers.length === 3);
    expect(await running.stop()).toEqual({ lines: 4, accepted: 3, rejected: 0, malformed: 1 });
    expect(receiver.numbers).toEqual([0, 1, 2]);
  });

  test('waits for a file that is not there yet', async () => {
    const receiver = new Receiver();
    const running = follow(receiver);
    await running.until(() => true);
    await writeFile(file, line(0));
    await running.until(() => receiver.numbers.length === 1);
    await running.stop();
    expect(receiver.numbers).toEqual([0]);
  });

  test('reads a renamed file to its end before the new one', async () => {
    const receiver = new Receiver();
    await writeFile(file, line(0));
    const running = follow(receiver);
    await running.until(() => receiver.numbers.length === 1);
    await rename(file, `${file}.1`);
    await writeFile(file, line(3));
    // The server writes to the old file until it has opened the new one.
    await appendFile(`${file}.1`, line(1) + line(2).trimEnd());
    await running.until(() => receiver.numbers.length === 4);
    await running.stop();
    expect(receiver.numbers).toEqual([0, 1, 2, 3]);
  });

  test('begins anew in a file that was cut, even when it has outgrown its old length', async () => {
    const receiver = new Receiver();
    await writeFile(file, line(0));
    const running = follow(receiver);
    await running.until(() => receiver.numbers.length === 1);
    await copyFile(file, `${file}.1`);
    await truncate(file, 0);
    await appendFile(file, line(1) + line(2) + line(3));
    await running.until(() => receiver.numbers.length === 4);
    await running.stop();
    expect(receiver.numbers).toEqual([0, 1, 2, 3]);
  });

  test('finds what was rotated away while it was not running', async () => {
    const receiver = new Receiver();
    await writeFile(file, line(0));
    const first = follow(receiver);
    await first.until(() => receiver.numbers.length === 1);
    await first.stop();
    await appendFile(file, line(1));
    await rename(file, `${file}.2`);
    await writeFile(`${file}.1`, line(2));
    await writeFile(file, line(3));
    const second = follow(receiver);
    await second.until(() => receiver.numbers.length === 4);
    await second.stop();
    expect(receiver.numbers).toEqual([0, 1, 2, 3]);
  });

  test('leaves a rotated file to the next run when it is stopped in the middle of it', async () => {
    const receiver = new Receiver();
    await writeFile(file, line(0));
    const first = follow(receiver);
    await first.until(() => receiver.numbers.length === 1);
    await first.stop();
    // More than one batch holds.
    const count = 10_000;
    await appendFile(file, upTo(count).slice(1).map(line).join(''));
    await rename(file, `${file}.2`);
    await writeFile(`${file}.1`, line(count));
    await writeFile(file, line(count + 1));
    const second = follow(receiver, () => {
      void second.stop();
      return false;
    });
    await second.until(() => false);
    expect(receiver.numbers.length).toBeLessThan(count);
    const third = follow(receiver);
    await third.until(() => receiver.numbers.length === count + 2);
    await third.stop();
    expect(receiver.numbers).toEqual(upTo(count + 2));
  });

  test('a batch whose answer was lost is sent again under its key, though the file has grown', async () => {
    const receiver = new Receiver();
    await writeFile(file, line(0) + line(1));
    const first = follow(receiver, () => true);
    expect(await first.until(() => false).then(first.stop)).toBe('crashed');
    await appendFile(file, line(2));
    const second = follow(receiver);
    await second.until(() => receiver.numbers.length === 3);
    await second.stop();
    expect(receiver.numbers).toEqual([0, 1, 2]);
    expect(receiver.repeated).toBe(1);
  });
});

test('every line arrives once, whatever happens to the file and to the follower', async () => {
  const step = fc.constantFrom('write', 'rotate', 'cut', 'restart', 'crash');
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      const receiver = new Receiver();
      let written = 0;
      let rotations = 0;
      let losing = false;
      const caughtUp = (): boolean => receiver.numbers.length === written;
      const write = async (): Promise<void> => {
        await appendFile(file, line(written) + line(written + 1));
        written += 2;
      };
      await writeFile(file, '');
      let running = follow(receiver, () => losing);
      // A file that was rotated away before it was ever looked at is not this follower's.
      await running.until(() => existsSync(join(folder, 'place.json')));
      for (const one of steps) {
        await write();
        if (one === 'rotate') {
          rotations += 1;
          await rename(file, `${file}.${100 - rotations}`);
          await writeFile(file, '');
          // The place has to be in a file that is left to be found.
          await running.until(caughtUp);
        } else if (one === 'cut') {
          await running.until(caughtUp);
          await truncate(file, 0);
        } else if (one === 'restart' || one === 'crash') {
          losing = one === 'crash';
          if (losing) {
            await write();
            await running.until(() => false);
          }
          await running.stop();
          losing = false;
          running = follow(receiver, () => losing);
        }
      }
      await write();
      await running.until(caughtUp);
      await running.stop();
      expect(receiver.numbers).toEqual(upTo(written));
    }),
    { numRuns: 10, endOnFailure: true },
  );
}, 60_000);
