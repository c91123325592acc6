import type { CompiledPlan } from '#plan/model.ts';

/** The value of a secret by its name; undefined when it is not set. */
export type ResolveSecret = (name: string) => Promise<string | undefined>;

/** A sentence for each secret that a channel, a person's address, a webhook or a scrape needs and nobody has set, so that this is known before the first page. */
export async function missingSecrets(
  plan: Pick<CompiledPlan, 'channels' | 'people' | 'webhooks' | 'scrapes'> | undefined,
  resolveSecret: ResolveSecret,
): Promise<readonly string[]> {
  const { channels = [], people = [], webhooks = [], scrapes = [] } = plan ?? {};
  const ofChannels = channels.flatMap(({ name, settings }) =>
    Object.values(settings).flatMap((value) =>
      'secret' in value ? [{ secret: value.secret, so: `nobody can be told by ${name}` }] : [],
    ),
  );
  const ofPersons = people.flatMap(({ name, telegram, ntfy }) =>
    Object.entries({ telegram, ntfy }).flatMap(([kind, value]) =>
      value !== undefined && 'secret' in value && channels.some((channel) => channel.kind === kind)
        ? [{ secret: value.secret, so: `${name} cannot be told by ${kind}` }]
        : [],
    ),
  );
  const ofWebhooks = webhooks.map(({ name, secret }) => ({ secret, so: `nothing can come by the webhook ${name}` }));
  const ofScrapes = scrapes.flatMap(({ name, tokenSecret }) =>
    tokenSecret === undefined ? [] : [{ secret: tokenSecret, so: `the target ${name} cannot be asked` }],
  );
  const sentences = await Promise.all(
    [...ofChannels, ...ofPersons, ...ofWebhooks, ...ofScrapes].map(async ({ secret, so }) =>
      (await resolveSecret(secret)) === undefined ? `The secret ${secret} is not set: ${so}.` : undefined,
    ),
  );
  return sentences.filter((sentence) => sentence !== undefined);
}
