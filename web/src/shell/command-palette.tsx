import { Modal } from '@mantine/core';
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react';
import { Icon } from '../kit/icon.tsx';
import classes from './command-palette.module.css';
import { type Command, findCommands } from './command-search.ts';

interface CommandPaletteProps {
  readonly commands: readonly Command[];
  readonly onClose: () => void;
}

/** Finds pages, signals, rules, alerts, people and actions by a few letters. Made anew each time it is opened. */
export function CommandPalette({ commands, onClose }: CommandPaletteProps) {
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const found = findCommands(commands, query);
  const chosen = Math.min(at, found.length - 1);

  useEffect(() => {
    list.current?.querySelector(`[data-index="${chosen}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);

  function run(command: Command | undefined): void {
    if (command === undefined) return;
    onClose();
    command.run();
  }

  function press(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((chosen + step + found.length) % found.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(found[chosen]);
    }
  }

  return (
    <Modal.Root opened onClose={onClose} padding={0} size={560} yOffset="10vh" transitionProps={{ duration: 0 }}>
      <Modal.Overlay />
      <Modal.Content aria-label="Search and commands">
        <div className={classes.head}>
          <Icon name="search" />
          <input
            className={classes.input}
            placeholder="Page, signal, rule, alert, person or action"
            aria-label="Search"
            role="combobox"
            aria-expanded="true"
            aria-controls={listId}
            aria-activedescendant={found[chosen] === undefined ? undefined : `${listId}-${chosen}`}
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            value={query}
            onChange={(event) => {
              setQuery(event.currentTarget.value);
              setAt(0);
            }}
            onKeyDown={press}
          />
        </div>
        <div ref={list} id={listId} role="listbox" aria-label="Found" className={classes.list}>
          {found.map((command, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the input takes the keys
            <div
              key={command.id}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              data-index={index}
              className={classes.item}
              onMouseMove={() => setAt(index)}
              onClick={() => run(command)}
            >
              <Icon name={command.icon} size={16} />
              <span className={classes.title}>{command.title}</span>
              <span className={classes.detail}>{command.detail}</span>
              {command.keys === undefined ? (
                <span className={classes.kind}>{command.kind}</span>
              ) : (
                <kbd className={classes.keys}>{command.keys}</kbd>
              )}
            </div>
          ))}
          {found.length === 0 ? <p className={classes.none}>Nothing is called “{query}”.</p> : null}
        </div>
      </Modal.Content>
    </Modal.Root>
  );
}
