import { ApiFailure } from '#contract/client.ts';
import { describeFailure } from '../../kit/states.tsx';
import classes from './settings.module.css';

/** What stands at a field: the failure's message when the server names that field. */
export function failureAt(error: unknown, field: string): string | undefined {
  return error instanceof ApiFailure && error.where === field ? error.message : undefined;
}

interface FormFailureProps {
  readonly error: unknown;
  /** Fields that show what is about them themselves. */
  readonly fields?: readonly string[];
}

/** What a form says of a failure that is about none of its fields. */
export function FormFailure({ error, fields = [] }: FormFailureProps) {
  if (error === null || error === undefined) return null;
  if (error instanceof ApiFailure && error.where !== undefined && fields.includes(error.where)) return null;
  const { message, hint } = describeFailure(error);
  return (
    <p className={classes.problem} role="alert">
      {message} {hint}
    </p>
  );
}
