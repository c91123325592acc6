import { WatchbillError } from '#kernel/error-codes.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { ChannelBinding } from '#plan/people.ts';

/**
 * Throws `forbidden` when a plan sends a secret of the server anywhere else than the plan in force does. Secrets belong to the server and
 * to every plan on it: who may change one plan's text could else have any of them sent to a place of their own.
 */
export function refuseNewSecretUses(before: CompiledPlan | undefined, after: CompiledPlan): void {
  const known = new Set(before === undefined ? [] : usesOf(before).map(({ use }) => use));
  const fresh = usesOf(after).find(({ use }) => !known.has(use));
  if (fresh === undefined) return;
  const message = `${fresh.what} takes a secret of the server in another way than before, which takes the permission "administer" on this server.`;
  throw new WatchbillError('forbidden', message, fresh.where);
}

interface SecretUse {
  /** The same for the same secrets in the same place, whatever it is called. */
  readonly use: string;
  readonly what: string;
  readonly where: string;
}

function usesOf({ channels, people }: CompiledPlan): readonly SecretUse[] {
  const addresses = people.flatMap(({ name, telegram, ntfy }) =>
    Object.entries({ telegram, ntfy }).flatMap(([kind, value]) =>
      value !== undefined && 'secret' in value ? [{ kind, secret: value.secret, name }] : [],
    ),
  );
  // A person's secret address goes wherever the channels of its kind lead.
  const toSecretAddresses = new Set(addresses.map(({ kind }) => kind));
  const bindings = channels.filter(
    ({ kind, settings, implied }) =>
      implied !== true && (toSecretAddresses.has(kind) || Object.values(settings).some((value) => 'secret' in value)),
  );
  return [
    ...bindings.map((binding) => ({
      use: placeOf(binding),
      what: `The channel ${binding.name}`,
      where: `channels.${binding.name}`,
    })),
    ...addresses.map(({ kind, secret, name }) => ({
      use: JSON.stringify([kind, secret]),
      what: `The address of ${name} in ${kind}`,
      where: `people.${name}`,
    })),
  ];
}

function placeOf({ kind, settings }: ChannelBinding): string {
  const sorted = Object.entries(settings).sort(([left], [right]) => (left < right ? -1 : 1));
  return JSON.stringify([kind, sorted]);
}
