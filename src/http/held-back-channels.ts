import { findChannel } from '#channels/catalogue.ts';
import { emailPorts } from '#channels/email/spec.ts';
import { allowanceAdvice, entryAdvice } from '#egress/allowance.ts';
import type { HoldsBack } from '#egress/holds-back.ts';
import type { CompiledPlan } from '#plan/model.ts';
import type { ChannelBinding } from '#plan/people.ts';
import type { ResolveSecret } from './missing-secrets.ts';

type Settings = Readonly<Record<string, string | number | boolean>>;

/** A sentence for each channel whose address this server may not dial, so that this is known before the first page. */
export async function heldBackChannels(
  plan: (Pick<CompiledPlan, 'channels'> & { readonly name?: string }) | undefined,
  resolveSecret: ResolveSecret,
  holdsBack: HoldsBack,
): Promise<readonly string[]> {
  const sentences = await Promise.all(
    (plan?.channels ?? []).map(async (binding) => {
      const settings = await resolveSettings(binding, resolveSecret);
      const target = readTarget(binding, settings);
      const why = target === undefined ? undefined : holdsBack(target.host, target.port, plan?.name);
      if (target === undefined || why === undefined) return [];
      const written = binding.settings[target.field];
      // The host is a part of the secret.
      return written !== undefined && 'secret' in written
        ? `Nobody can be told by ${binding.name}: the address in the secret ${written.secret} is not public. ${entryAdvice(plan?.name === undefined ? 'host:port' : `${plan.name}=host:port`)}`
        : `Nobody can be told by ${binding.name}: ${why}. ${allowanceAdvice(target.host, target.port, plan?.name)}`;
    }),
  );
  return sentences.flat();
}

/** Without the secrets that are not set. */
async function resolveSettings({ settings }: ChannelBinding, resolveSecret: ResolveSecret): Promise<Settings> {
  const entries = await Promise.all(
    Object.entries(settings).map(async ([name, value]) => {
      const resolved = 'secret' in value ? await resolveSecret(value.secret) : value.literal;
      return resolved === undefined ? [] : [[name, resolved] as const];
    }),
  );
  return Object.fromEntries(entries.flat());
}

/** Where a channel dials, as its own settings say it; undefined where they do not, or say it wrongly. */
function readTarget(
  { kind }: ChannelBinding,
  settings: Settings,
): { readonly field: string; readonly host: string; readonly port: number } | undefined {
  if (kind === 'email') {
    const { host, port, security = 'starttls' } = settings;
    const usual = Object.entries(emailPorts).find(([name]) => name === security)?.[1];
    return host === undefined
      ? undefined
      : { field: 'host', host: String(host).toLowerCase(), port: Number(port ?? usual) };
  }
  const field = findChannel(kind)?.spec.fields.find(({ type }) => type === 'url')?.name ?? '';
  const url = URL.parse(String(settings[field]));
  if (url === null || !(url.protocol === 'http:' || url.protocol === 'https:')) return undefined;
  const port = url.port === '' ? { 'http:': 80, 'https:': 443 }[url.protocol] : Number(url.port);
  return { field, host: url.hostname.replace(/^\[|\]$/g, ''), port };
}
