import type { ChannelField, ChannelSpec } from './channel.ts';

/** The text of `docs/channels.md`, derived from the specs so that it cannot differ from them. */
export function describeCatalogue(specs: readonly ChannelSpec[]): string {
  return [
    '# Channels',
    '',
    'How messages reach people. This page is made from the channels themselves (`src/channels/*/spec.ts`).',
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
    spec.builtIn
      ? 'It is there by itself and needs no line under `channels`.'
      : 'It is bound under `channels` in the plan.',
    spec.reaches === 'persons'
      ? `It reaches persons: \`mia by ${spec.kind}\`.`
      : `It reaches an address: \`${spec.kind}:NAME\`, where NAME is the binding.`,
    `When a message is sent twice: ${deduplicationWords[spec.deduplication]}`,
    '',
    ...(spec.fields.length === 0
      ? []
      : ['| field | type | required | meaning |', '|---|---|---|---|', ...spec.fields.map(describeField), '']),
  ];
}

const deduplicationWords: Readonly<Record<ChannelSpec['deduplication'], string>> = {
  'by-key': 'both carry the same id, so the receiver can see that it is one.',
  'by-lookup': 'Watchbill looks first whether it has arrived.',
  none: 'the receiver sees it twice; this happens at most once for each crash.',
};

function describeField(field: ChannelField): string {
  const type = field.secret ? '`secret NAME`' : field.type;
  return `| \`${field.name}\` | ${type} | ${field.required ? 'yes' : 'no'} | ${field.help} |`;
}
