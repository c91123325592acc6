import { Button, Textarea, TextInput } from '@mantine/core';
import { type DragEvent, type FormEvent, type ReactNode, useRef, useState } from 'react';
import type { ComparisonAnswer } from '#contract/comparisons.ts';
import { describeFailure } from '../../kit/states.tsx';
import classes from './reviews.module.css';
import { useComparisonCommand } from './use-reviews.ts';

const MOST_BYTES = 1_048_576;

interface UploadFormProps {
  readonly plan: string;
  readonly comparison: ComparisonAnswer;
  /** What else may be done. */
  readonly beside: ReactNode;
  readonly onDone: () => void;
}

/** Takes a list: a file that is chosen or dropped, or text that is pasted from a spreadsheet. */
export function UploadForm({ plan, comparison, beside, onDone }: UploadFormProps) {
  const upload = useComparisonCommand(plan, comparison.name);
  const [list, setList] = useState('');
  const [file, setFile] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const columns = [comparison.key, ...comparison.fields];

  async function take(chosen: File | undefined): Promise<void> {
    if (chosen === undefined) return;
    upload.reset();
    if (chosen.size > MOST_BYTES) {
      setProblem(`${chosen.name} has more than 1 MiB. Compare it in parts.`);
      return;
    }
    setProblem(undefined);
    setFile(chosen.name);
    setList(await chosen.text());
  }

  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  }

  function submit(event: FormEvent): void {
    event.preventDefault();
    if (list.trim() === '') {
      setProblem('Choose a file, or paste the list.');
      return;
    }
    setProblem(undefined);
    const [begin, end] = [from, to].map((text) => (text === '' ? undefined : new Date(text).toISOString()));
    const span = { ...(begin === undefined ? {} : { from: begin }), ...(end === undefined ? {} : { to: end }) };
    upload.mutate(
      { kind: 'upload', list, ...span },
      {
        onSuccess: () => {
          setList('');
          setFile(undefined);
          onDone();
        },
      },
    );
  }

  return (
    <form className={classes.upload} onSubmit={submit} noValidate aria-label={`A list for ${comparison.name}`}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: whoever cannot drop a file chooses it with the button */}
      <div
        className={classes.drop}
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <div className={classes.actions}>
          <Button variant="default" onClick={() => picker.current?.click()}>
            Choose a file
          </Button>
          <span className={classes.quiet}>{file ?? 'or drop it here, or paste the rows below'}</span>
        </div>
        <input
          ref={picker}
          type="file"
          accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
          className="wb-spoken"
          tabIndex={-1}
          aria-label="The list as a file"
          onChange={(event) => {
            void take(event.currentTarget.files?.[0]);
            event.currentTarget.value = '';
          }}
        />
        <Textarea
          label="The list"
          description={`CSV, or rows pasted from a spreadsheet. The first line has the names of the columns, ${namesText(columns)} among them.`}
          placeholder={`${columns.join(',')}\n…`}
          classNames={{ input: classes.pasted ?? '' }}
          autosize
          minRows={4}
          maxRows={12}
          spellCheck={false}
          value={list}
          error={problem}
          onChange={(event) => {
            setList(event.currentTarget.value);
            setFile(undefined);
          }}
        />
      </div>
      <details className={classes.part}>
        <summary>The list is of a part of the time only</summary>
        <div className={classes.times}>
          <TextInput
            type="datetime-local"
            label="From"
            value={from}
            onChange={(event) => setFrom(event.currentTarget.value)}
          />
          <TextInput
            type="datetime-local"
            label="To"
            value={to}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        </div>
        <p className={classes.quiet}>Else everything of {comparison.source} that is not in it is a difference.</p>
      </details>
      {upload.error === null ? null : (
        <p className={classes.problem} role="alert">
          {describeFailure(upload.error).message} {describeFailure(upload.error).hint}
        </p>
      )}
      <div className={classes.actions}>
        <Button type="submit" loading={upload.isPending}>
          Compare
        </Button>
        {beside}
      </div>
    </form>
  );
}

function namesText(names: readonly string[]): string {
  return names.length === 1 ? String(names[0]) : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
