import { Kbd, Modal } from '@mantine/core';
import { useShortcuts } from '../kit/shortcuts.ts';
import classes from './help-dialog.module.css';

/** Every key that does something on this page. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const shortcuts = useShortcuts();
  return (
    <Modal opened onClose={onClose} title="Keyboard" size="md" closeButtonProps={{ 'aria-label': 'Close' }}>
      <dl className={classes.list}>
        {shortcuts.map(({ keys, does }) => (
          <div key={`${keys} ${does}`} className={classes.row}>
            <dt>
              {keys.split(' ').map((key) => (
                <Kbd key={key} mr={4}>
                  {key}
                </Kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
        <div className={classes.row}>
          <dt>
            <Kbd mr={4}>Ctrl</Kbd>
            <Kbd>K</Kbd>
          </dt>
          <dd>Search and commands, also while writing</dd>
        </div>
      </dl>
    </Modal>
  );
}
