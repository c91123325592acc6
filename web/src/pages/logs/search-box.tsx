import { Button, Menu } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ApiFailure } from '#contract/client.ts';
import type { QuerySyntax } from '#contract/logs.ts';
import { useShortcut } from '../../kit/shortcuts.ts';
import classes from './logs.module.css';
import { readHistory, remember } from './query-history.ts';

interface SearchBoxProps {
  readonly plan: string;
  readonly query: string;
  /** As the reader has chosen. */
  readonly syntax: QuerySyntax | undefined;
  /** What it was taken for. */
  readonly understood: QuerySyntax | undefined;
  readonly error: unknown;
  readonly onSearch: (query: string) => void;
  readonly onSyntax: (syntax: QuerySyntax | undefined) => void;
}

const syntaxNames: Readonly<Record<QuerySyntax, string>> = { lucene: 'Lucene', plan: 'plan’s where' };

/** What is looked for, in either syntax, with what cannot be read of it under its column. */
export function SearchBox({ plan, query, syntax, understood, error, onSearch, onSyntax }: SearchBoxProps) {
  const [text, setText] = useState(query);
  const [history, setHistory] = useState<readonly string[]>([]);
  const input = useRef<HTMLInputElement>(null);
  // The address may have changed by itself: by a filter, or by going back.
  useEffect(() => setText(query), [query]);
  useShortcut('q', 'search the logs', () => input.current?.focus());
  const search = (event?: FormEvent): void => {
    event?.preventDefault();
    remember(plan, text);
    onSearch(text);
  };
  const problem = error instanceof ApiFailure && error.code === 'search-unreadable' ? error : undefined;
  return (
    <search className={classes.search}>
      <form className={classes.box} onSubmit={search}>
        <input
          ref={input}
          className={classes.input}
          aria-label="Search"
          aria-invalid={problem !== undefined}
          aria-describedby={problem === undefined ? undefined : 'search-problem'}
          placeholder='status:FAILED AND path:"/api/payments", timeout, or status >= 500'
          value={text}
          maxLength={2_000}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          enterKeyHint="search"
          onChange={(event) => setText(event.target.value)}
        />
        <Menu position="bottom-end" width={420} onOpen={() => setHistory(readHistory(plan))}>
          <Menu.Target>
            <Button variant="default" className={classes.tap}>
              History
            </Button>
          </Menu.Target>
          <Menu.Dropdown className={classes.history}>
            {history.length === 0 ? (
              <Menu.Label>What you search for stands here next time.</Menu.Label>
            ) : (
              history.map((one) => (
                <Menu.Item
                  key={one}
                  className={classes.mono}
                  onClick={() => {
                    setText(one);
                    onSearch(one);
                  }}
                >
                  {one}
                </Menu.Item>
              ))
            )}
          </Menu.Dropdown>
        </Menu>
        <Button type="submit" className={classes.tap}>
          Search
        </Button>
      </form>
      {problem === undefined ? (
        <p className={classes.understood} data-syntax={understood}>
          {query.trim() === '' || understood === undefined ? (
            'Words are found in the message; field:value, field:>5, AND, OR, NOT, *, or a condition as after where in the plan.'
          ) : (
            <>
              Read as {syntaxNames[understood]}.{' '}
              <button
                type="button"
                data-in-text=""
                className={classes.link}
                onClick={() => onSyntax(syntax === undefined ? (understood === 'plan' ? 'lucene' : 'plan') : undefined)}
              >
                {syntax === undefined
                  ? `Read it as ${syntaxNames[understood === 'plan' ? 'lucene' : 'plan']}`
                  : 'Find out by itself'}
              </button>
            </>
          )}
        </p>
      ) : (
        <Problem query={query} problem={problem} />
      )}
    </search>
  );
}

function Problem({ query, problem }: { readonly query: string; readonly problem: ApiFailure }) {
  const column = Number(/column (\d+)/.exec(problem.where ?? '')?.[1] ?? 1);
  const before = query.slice(0, column - 1);
  return (
    <div id="search-problem" role="alert" className={classes.problem} data-column={column}>
      <pre className={classes.place} aria-hidden="true">
        {query}
        {'\n'}
        {before.replaceAll(/[^\t]/gu, ' ')}^
      </pre>
      <p className={classes.problemText}>
        {problem.message} <span className={classes.quiet}>Column {column}.</span>
      </p>
    </div>
  );
}
