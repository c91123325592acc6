import pg from 'pg';
import { clientConfig, type PoolOptions } from './pool.ts';

/** The channel that a commit with new notifications wakes; the payload is the plan's name. */
export const NOTIFICATION_CHANNEL = 'watchbill_notification';

/**
 * Listens on a connection of its own. Resolves once it hears; `onEnd` is called once when the connection is lost, and the
 * caller opens another. Being woken is a hint only: the sweep finds what a lost connection did not tell.
 */
export async function openListener(
  options: PoolOptions,
  onWake: (plan: string) => void,
  onEnd: () => void,
): Promise<{ readonly close: () => Promise<void> }> {
  const client = new pg.Client({ ...clientConfig(options), keepAlive: true });
  let closed = false;
  client.on('error', () => {});
  client.on('notification', (message) => onWake(message.payload ?? ''));
  client.on('end', () => {
    if (!closed) onEnd();
    closed = true;
  });
  try {
    await client.connect();
    await client.query(`listen ${NOTIFICATION_CHANNEL}`);
  } catch (problem) {
    closed = true;
    await client.end().catch(() => {});
    throw problem;
  }
  return {
    close: async () => {
      closed = true;
      await client.end();
    },
  };
}
