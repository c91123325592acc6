/** The types that values of a plan or of a search have in SQL. */
export type ParameterType = 'String' | 'Float64' | 'Int64' | 'UInt32' | 'Array(String)' | 'Array(Float64)';

export type ParameterValue = string | number | readonly string[] | readonly number[];

/**
 * Collects the typed parameters of one statement. What somebody wrote never becomes part of the statement's text: `add` gives the
 * placeholder that stands for it there.
 */
export class SqlParameters {
  readonly #values: Record<string, ParameterValue> = {};
  readonly #known: Map<string, string> = new Map<string, string>();

  /** The placeholder of a value; an equal value of the same type has the same one. Texts are made well formed, as they are stored. */
  add(type: ParameterType, value: ParameterValue): string {
    const sound = wellFormed(value);
    const key = `${type} ${JSON.stringify(sound)}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `p${this.#known.size}`;
    const placeholder = `{${name}:${type}}`;
    this.#values[name] = sound;
    this.#known.set(key, placeholder);
    return placeholder;
  }

  /** The values by name, for `query_params`. */
  get values(): Readonly<Record<string, ParameterValue>> {
    return this.#values;
  }
}

function wellFormed(value: ParameterValue): ParameterValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'number') return value;
  return value.map((one: string | number) => (typeof one === 'string' ? one.toWellFormed() : one)) as ParameterValue;
}
