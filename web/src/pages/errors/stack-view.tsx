import { useState } from 'react';
import { plural } from '../../format/numbers.ts';
import classes from './errors.module.css';
import { readStack, type ShownException, type ShownFrame } from './stack.ts';

/** The stack of one error: the product's own frames stand out, the others are one press away. */
export function StackView({ stack }: { readonly stack: unknown }) {
  const shown = readStack(stack);
  switch (shown.kind) {
    case 'none':
      return <p className={classes.emptyText}>This error has no stack.</p>;
    case 'text':
      return (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
        <pre className={classes.stackText} tabIndex={0}>
          {shown.text}
        </pre>
      );
    case 'frames':
      return (
        <div className={classes.exceptions}>
          {shown.exceptions.map((exception, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: exceptions are their place in the chain
            <Exception key={index} exception={exception} isCause={index > 0} />
          ))}
        </div>
      );
  }
}

function Exception({ exception, isCause }: { readonly exception: ShownException; readonly isCause: boolean }) {
  const { frames, leftOut, type, message } = exception;
  const others = frames.filter(({ inApp }) => !inApp).length;
  const [all, setAll] = useState(others === frames.length);
  return (
    <div>
      {isCause ? (
        <p className={classes.cause}>
          Caused by <strong>{type ?? 'an error'}</strong>
          {message === undefined ? '' : `: ${message}`}
        </p>
      ) : null}
      <ol className={classes.frames}>
        {frames.map((frame, index) =>
          all || frame.inApp ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: frames are their place in the stack
            <Frame key={index} frame={frame} />
          ) : null,
        )}
      </ol>
      <p className={classes.frameNotes}>
        {others > 0 && others < frames.length ? (
          <button
            type="button"
            className={classes.toggle}
            aria-expanded={all}
            onClick={() => setAll((before) => !before)}
          >
            {all ? 'Only own frames' : `Show ${plural(others, 'frame')} of libraries`}
          </button>
        ) : null}
        {leftOut > 0 ? (
          <span className={classes.quiet}>{plural(leftOut, 'frame was', 'frames were')} not kept</span>
        ) : null}
      </p>
    </div>
  );
}

function Frame({ frame }: { readonly frame: ShownFrame }) {
  return (
    <li className={classes.frame} data-own={frame.inApp ? '' : undefined}>
      <span className={classes.frameHead}>
        <code className={classes.function}>{frame.function}</code>
        <code className={classes.place}>{frame.place}</code>
      </span>
      {frame.code === undefined ? null : <code className={classes.code}>{frame.code}</code>}
    </li>
  );
}
