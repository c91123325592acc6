import { CopyButton } from '../../kit/copy-button.tsx';
import classes from './settings.module.css';

interface ShownOnceProps {
  /** What it is: "Link". */
  readonly label: string;
  readonly value: string;
}

/** A value that cannot be shown a second time, with a button that copies it. */
export function ShownOnce({ label, value }: ShownOnceProps) {
  return (
    <div className={classes.once}>
      <span className={classes.onceLabel}>{label}</span>
      <code className={classes.onceValue} data-once="">
        {value}
      </code>
      <CopyButton what={label} value={value} />
    </div>
  );
}
