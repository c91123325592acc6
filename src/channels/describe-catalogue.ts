import type { ChannelField, ChannelSpec, Reach } from './channel.ts';

/** The text of `docs/channels.md`, derived from the specs so that it cannot differ from them. */
export function describeCatalogue(specs: readonly ChannelSpec[]): string {
  return [
    '# Channels',
    '',
    'How messages reach people. This page is made from the channels themselves (`src/channels/*/spec.ts`).',
    '',
    'A message says which rule of which severity fires, by which condition and figures, in which group, since when, and where the runbook and the',
    "alert's page are. What is too long for a channel is cut, never refused. Where a field says `secret NAME`, and where you write so yourself, the",
    'value comes from the environment; it stands in no plan, log or error. An address that is not on the internet (a server on this host or in a',
    'private network) has to be permitted in `WATCHBILL_EGRESS_ALLOW`, for all plans or for one ([probes.md](probes.md#which-addresses)); a preview and the status name the channels for which it is not.',
    '',
    'A message is tried again for two and a half hours while the provider is away, asks to wait, or refuses for a reason that can be put right (a password,',
    'a token), and while a secret is missing or the address is not permitted. What it refuses for good, such as an unknown address or an archived channel, fails at once; the delivery log shows both. Other channels',
    'do not wait for it. Each channel can be tried out: a test message is marked as one and says who sent it.',
    '',
    ...specs.flatMap(describeSpec),
  ].join('\n');
}

function describeSpec(spec: ChannelSpec): readonly string[] {
  return [
    `## ${spec.title} (\`${spec.kind}\`)`,
    '',
    spec.summary,
    '',
    '```yaml',
    spec.example,
    '```',
    '',
    bindingWords(spec),
    ...reachWords(spec.kind, spec.reaches),
    `When a message is sent twice: ${deduplicationWords[spec.deduplication]}`,
    '',
    ...(spec.fields.length === 0
      ? []
      : ['| field | type | required | meaning |', '|---|---|---|---|', ...spec.fields.map(describeField), '']),
  ];
}

function bindingWords(spec: ChannelSpec): string {
  if (spec.builtIn) return 'It is there by itself and needs no line under `channels`.';
  if (spec.kind !== 'email') return 'It is bound under `channels` in the plan.';
  return (
    'It is bound under `channels` in the plan. A plan that does not bind `email` and tells somebody by it uses the account of the\n' +
    'installation: the secrets `MAIL_HOST`, `MAIL_USER`, `MAIL_PASSWORD` and `MAIL_FROM`, with STARTTLS on port 587.'
  );
}

function reachWords(kind: string, reach: Reach): readonly string[] {
  const words: string[] = [];
  if (reach.persons === 'name') words.push(`It reaches persons: \`mia by ${kind}\`.`);
  else if (reach.persons !== undefined) {
    words.push(`It reaches persons who have \`${reach.persons}\` under \`people\`: \`mia by ${kind}\`.`);
  }
  switch (reach.addresses) {
    case 'binding':
      words.push(`It reaches an address: \`${kind}:NAME\`, where NAME is the binding.`);
      break;
    case 'one place':
      words.push(
        `It reaches an address: \`${kind}:NAME\` or \`${kind}:#NAME\`, where NAME is a binding. Without one, it is the binding named \`${kind}\`;`,
        'since that leads to one place, only one such name may be used with it.',
      );
      break;
    case 'places':
      words.push(
        `It reaches an address: \`${kind}:NAME\`, where NAME is a binding, or else ${placeWords[kind] ?? 'a place'} of the binding named \`${kind}\`.`,
      );
  }
  return words;
}

const placeWords: Readonly<Record<string, string>> = {
  email: 'a mail address, by the account',
  telegram: 'a chat, by the bot',
  ntfy: 'a topic, on the server',
};

const deduplicationWords: Readonly<Record<ChannelSpec['deduplication'], string>> = {
  'by-key': 'both carry the same id, so the receiver can see that it is one.',
  'by-lookup': 'Watchbill looks first whether it has arrived.',
  none: 'the receiver sees it twice; this happens at most once for each crash, and the second one says so.',
};

function describeField(field: ChannelField): string {
  const type = field.secret ? '`secret NAME`' : (field.values?.map((value) => `\`${value}\``).join(', ') ?? field.type);
  return `| \`${field.name}\` | ${type} | ${field.required ? 'yes' : 'no'} | ${field.help} |`;
}
