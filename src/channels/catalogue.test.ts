import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { channelCatalogue, findChannel } from './catalogue.ts';
import { describeCatalogue } from './describe-catalogue.ts';

it('holds a channel for every folder, under its own kind', () => {
  const folders = readdirSync(new URL('.', import.meta.url), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  expect(Object.keys(channelCatalogue)).toHaveLength(folders.length);
  for (const [kind, channel] of Object.entries(channelCatalogue)) expect(channel.spec.kind).toBe(kind);
});

it('finds no channel under a name that only objects have', () => {
  expect(findChannel('constructor')).toBeUndefined();
  expect(findChannel('webhook')).toBe(channelCatalogue.webhook);
});

it('is what docs/channels.md says', async () => {
  const text = describeCatalogue(Object.values(channelCatalogue).map((channel) => channel.spec));
  await expect(text).toMatchFileSnapshot('../../docs/channels.md');
});
