import { Menu, useMantineColorScheme } from '@mantine/core';
import { Icon, type IconName } from '../kit/icon.tsx';

type Scheme = 'light' | 'dark' | 'auto';

/** Every colour scheme with its name and drawing. */
export const schemes: readonly { readonly scheme: Scheme; readonly name: string; readonly icon: IconName }[] = [
  { scheme: 'light', name: 'Light', icon: 'sun' },
  { scheme: 'dark', name: 'Dark', icon: 'moon' },
  { scheme: 'auto', name: 'System', icon: 'screen' },
];

/** Items of a menu that choose the colours. */
export function SchemeItems() {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  return schemes.map(({ scheme, name, icon }) => (
    <Menu.Item
      key={scheme}
      role="menuitemradio"
      aria-checked={colorScheme === scheme}
      leftSection={<Icon name={icon} size={16} />}
      rightSection={colorScheme === scheme ? <Icon name="check" size={16} /> : null}
      onClick={() => setColorScheme(scheme)}
    >
      {name}
    </Menu.Item>
  ));
}
