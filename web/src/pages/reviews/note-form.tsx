import { Button, Textarea } from '@mantine/core';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import classes from './reviews.module.css';

const MOST = 500;

interface NoteFormProps {
  readonly label: string;
  readonly placeholder: string;
  /** On the button that sends it. */
  readonly does: string;
  readonly busy: boolean;
  readonly onSend: (note: string) => void;
  readonly onCancel: () => void;
}

/** Asks for the words that a verdict needs. Enter sends, Shift and Enter is a new line, Escape gives up. */
export function NoteForm({ label, placeholder, does, busy, onSend, onCancel }: NoteFormProps) {
  const [note, setNote] = useState('');
  const [tried, setTried] = useState(false);
  const send = (): void => {
    setTried(true);
    if (note.trim() !== '' && !busy) onSend(note.trim());
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') onCancel();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className={classes.note}
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        send();
      }}
    >
      <Textarea
        label={label}
        placeholder={placeholder}
        required
        autosize
        minRows={2}
        maxLength={MOST}
        // It appears because somebody pressed the button for it.
        autoFocus
        value={note}
        error={tried && note.trim() === '' ? 'Say it in a few words: they are kept with the verdict.' : undefined}
        onChange={(event) => setNote(event.currentTarget.value)}
        onKeyDown={pressed}
      />
      <div className={classes.actions}>
        <Button type="submit" loading={busy}>
          {does}
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
    </form>
  );
}
