import classes from './choice.module.css';

interface ChoiceProps {
  /** What is chosen, for screen readers. */
  readonly label: string;
  /** The word for no choice at all: "Every channel". */
  readonly all: string;
  readonly value: string | undefined;
  readonly options: readonly { readonly value: string; readonly name: string }[];
  readonly onChoose: (value: string | undefined) => void;
}

/** A filter of many values: one of them, or all. */
export function Choice({ label, all, value, options, onChoose }: ChoiceProps) {
  return (
    <label className={classes.choice}>
      <span className="wb-spoken">{label}</span>
      <select
        value={value ?? ''}
        onChange={(event) => onChoose(event.currentTarget.value === '' ? undefined : event.currentTarget.value)}
      >
        <option value="">{all}</option>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.name}
          </option>
        ))}
      </select>
    </label>
  );
}
