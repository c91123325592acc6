import { describe, expect, it } from 'vitest';
import { Lane, LaneFullError, ReaderLanes, TooSlowError } from './lanes.ts';

const never = (): boolean => false;

describe('Lane', () => {
  it('runs one piece of work at a time on each session, in order', async () => {
    const lane = new Lane(['only'], 10);
    const done: number[] = [];
    let running = 0;
    await Promise.all(
      [1, 2, 3, 4].map((number) =>
        lane.run(async () => {
          running += 1;
          expect(running).toBe(1);
          await Promise.resolve();
          running -= 1;
          done.push(number);
        }, never),
      ),
    );
    expect(done).toEqual([1, 2, 3, 4]);
  });

  it('refuses work beyond its queue', async () => {
    const lane = new Lane(['only'], 1);
    const gate = Promise.withResolvers<void>();
    const first = lane.run(() => gate.promise, never);
    const second = lane.run(async () => 2, never);
    await expect(lane.run(async () => 3, never)).rejects.toBeInstanceOf(LaneFullError);
    gate.resolve();
    await first;
    expect(await second).toBe(2);
  });

  it('skips what was cancelled, and goes on after a failure', async () => {
    const lane = new Lane(['only'], 5);
    const gate = Promise.withResolvers<void>();
    const failing = lane.run(() => gate.promise, never);
    const cancelled = lane.run(
      async () => 'ran',
      () => true,
    );
    const last = lane.run(async () => 'last', never);
    gate.reject(new Error('broken'));
    await expect(failing).rejects.toThrow('broken');
    expect(await cancelled).toBeUndefined();
    expect(await last).toBe('last');
  });
});

describe('ReaderLanes', () => {
  it('answers a quick query while all others are busy', async () => {
    const lanes = new ReaderLanes(['a', 'b', 'quick'], 5);
    const gate = Promise.withResolvers<void>();
    let tries = 0;
    const heavy = async (_: string, quick: boolean): Promise<string> => {
      if (quick) {
        tries += 1;
        throw new TooSlowError();
      }
      await gate.promise;
      return 'slow';
    };
    const slow = [1, 2, 3].map(() => lanes.run('heavy', heavy, never));
    expect(await lanes.run('small', async (session, quick) => [session, quick], never)).toEqual(['quick', true]);
    slow.push(lanes.run('heavy', heavy, never));
    gate.resolve();
    expect(await Promise.all(slow)).toEqual(['slow', 'slow', 'slow', 'slow']);
    expect(tries).toBe(1);
  });
});
