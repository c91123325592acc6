import { formatCount } from '../format/numbers.ts';
import classes from './chips.module.css';

interface Choice<Value extends string> {
  readonly value: Value;
  readonly name: string;
  /** How many there are of it. */
  readonly count?: number | undefined;
}

interface ChipsProps<Value extends string> {
  /** What they choose between, for screen readers. */
  readonly label: string;
  readonly choices: readonly Choice<Value>[];
  readonly chosen: Value;
  readonly onChoose: (value: Value) => void;
}

/** A filter of few values: all are seen, one is on. */
export function Chips<Value extends string>({ label, choices, chosen, onChoose }: ChipsProps<Value>) {
  return (
    <fieldset className={classes.chips}>
      <legend className="wb-spoken">{label}</legend>
      {choices.map(({ value, name, count }) => (
        <button
          key={value}
          type="button"
          className={classes.chip}
          aria-pressed={value === chosen}
          onClick={() => onChoose(value)}
        >
          {name}
          {count === undefined ? null : <span className={classes.count}>{formatCount(count)}</span>}
        </button>
      ))}
    </fieldset>
  );
}
