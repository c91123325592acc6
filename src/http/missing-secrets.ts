import type { ChannelBinding } from '#plan/model.ts';

/** The value of a secret by its name; undefined when it is not set. */
export type ResolveSecret = (name: string) => Promise<string | undefined>;

/** A sentence for each secret that a channel needs and nobody has set, so that this is known before the first page. */
export async function missingSecrets(
  channels: readonly ChannelBinding[],
  resolveSecret: ResolveSecret,
): Promise<readonly string[]> {
  const needed = channels.flatMap(({ name, settings }) =>
    Object.values(settings).flatMap((value) => ('secret' in value ? [{ channel: name, secret: value.secret }] : [])),
  );
  const sentences = await Promise.all(
    needed.map(async ({ channel, secret }) =>
      (await resolveSecret(secret)) === undefined
        ? `The secret ${secret} is not set: nobody can be told by ${channel}.`
        : undefined,
    ),
  );
  return sentences.filter((sentence) => sentence !== undefined);
}
