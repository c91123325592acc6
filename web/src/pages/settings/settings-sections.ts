/** A part of the settings with an address of its own. */
export type SettingsSection = 'you' | 'people' | 'channels' | 'tokens' | 'audit';

export const sectionNames: Readonly<Record<SettingsSection, string>> = {
  you: 'You',
  people: 'People',
  channels: 'Channels',
  tokens: 'Tokens',
  audit: 'Audit log',
};

/** The section that an address names; the first one when it names none, undefined when there is none of that name. */
export function findSection(name: string | undefined): SettingsSection | undefined {
  if (name === undefined) return 'you';
  return Object.hasOwn(sectionNames, name) ? (name as SettingsSection) : undefined;
}
