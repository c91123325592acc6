import { hash53 } from '#kernel/hash64.ts';
import type { FieldValue } from '#plan/model.ts';
import { compileField, type FieldReader, type FieldUnits } from '../predicate.ts';
import { binOf, SMALLEST } from '../window/log-histogram.ts';
import type { RecordBatch } from './record-batch.ts';
import { BATCH_ROWS, type Selection } from './selection.ts';

/**
 * One field of the records of a batch, read once however many predicates and windows ask for it. Each form is made when it is first asked
 * for in a batch, for the rows that its route has selected by then: nobody asks for other rows later.
 */
export class FieldColumn {
  private readonly columns: RouteColumns;
  private readonly read: FieldReader;
  private readonly valueOf: (FieldValue | undefined)[] = new Array<FieldValue | undefined>(BATCH_ROWS).fill(undefined);
  private valuesStamp = -1;
  private numberOf: Float64Array | undefined;
  private numbersStamp = -1;
  private allFinite = false;
  private binByRow: Int32Array | undefined;
  private binsStamp = -1;
  private codeOf: Int32Array | undefined;
  private codesStamp = -1;
  private allPresent = false;
  private readonly codeByValue = new Map<FieldValue, number>();
  private hashOf: Float64Array | undefined;
  private hashesStamp = -1;
  private hashByCode: Float64Array | undefined;

  constructor(columns: RouteColumns, read: FieldReader) {
    this.columns = columns;
    this.read = read;
  }

  /** By row; undefined where the record has no such field. */
  values(): readonly (FieldValue | undefined)[] {
    const { batch, selected } = this.columns;
    if (this.valuesStamp === batch.stamp) return this.valueOf;
    this.valuesStamp = batch.stamp;
    const { rows, count } = selected;
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      this.valueOf[row] = this.read(batch.record(row));
    }
    return this.valueOf;
  }

  /** By row; NaN for what is no number. */
  numbers(): Float64Array {
    this.numberOf ??= new Float64Array(BATCH_ROWS);
    const numbers = this.numberOf;
    const { batch, selected } = this.columns;
    if (this.numbersStamp === batch.stamp) return numbers;
    this.numbersStamp = batch.stamp;
    const values = this.values();
    const { rows, count } = selected;
    let sum = 0;
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      const value = values[row];
      const number = typeof value === 'number' ? value : Number.NaN;
      numbers[row] = number;
      // 0 for every finite number, and NaN else.
      sum += number * 0;
    }
    this.allFinite = sum === 0;
    return numbers;
  }

  /** Whether every row has a finite number; as of `numbers()`. */
  get isAllFinite(): boolean {
    return this.allFinite;
  }

  /** By row, the bins of the magnitudes of those numbers that have one (see `LogHistogram`). */
  bins(): Int32Array {
    this.binByRow ??= new Int32Array(BATCH_ROWS);
    const bins = this.binByRow;
    const { batch, selected } = this.columns;
    if (this.binsStamp === batch.stamp) return bins;
    this.binsStamp = batch.stamp;
    const numbers = this.numbers();
    const { rows, count } = selected;
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      const magnitude = Math.abs(numbers[row] as number);
      if (magnitude > SMALLEST) bins[row] = binOf(magnitude);
    }
    return bins;
  }

  /** By row, a number for each different value of this batch, from 0 on; −1 where there is none. */
  codes(): Int32Array {
    this.codeOf ??= new Int32Array(BATCH_ROWS);
    const codes = this.codeOf;
    const { batch, selected } = this.columns;
    if (this.codesStamp === batch.stamp) return codes;
    this.codesStamp = batch.stamp;
    const values = this.values();
    const { rows, count } = selected;
    this.codeByValue.clear();
    this.allPresent = true;
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      const value = values[row];
      if (value === undefined) {
        codes[row] = -1;
        this.allPresent = false;
        continue;
      }
      let code = this.codeByValue.get(value);
      if (code === undefined) {
        code = this.codeByValue.size;
        this.codeByValue.set(value, code);
      }
      codes[row] = code;
    }
    return codes;
  }

  /** Whether every row has a value; as of `codes()`. */
  get isAllPresent(): boolean {
    return this.allPresent;
  }

  /** By row, the `hash53` of the value's text; NaN where there is none. Each different value is hashed once. */
  hashes(): Float64Array {
    this.hashOf ??= new Float64Array(BATCH_ROWS);
    this.hashByCode ??= new Float64Array(BATCH_ROWS);
    const hashes = this.hashOf;
    const { batch, selected } = this.columns;
    if (this.hashesStamp === batch.stamp) return hashes;
    this.hashesStamp = batch.stamp;
    const codes = this.codes();
    for (const [value, code] of this.codeByValue)
      this.hashByCode[code] = hash53(typeof value === 'string' ? value : JSON.stringify(value));
    const { rows, count } = selected;
    for (let index = 0; index < count; index++) {
      const row = rows[index] as number;
      const code = codes[row] as number;
      hashes[row] = code < 0 ? Number.NaN : (this.hashByCode[code] as number);
    }
    return hashes;
  }
}

/** The columns of one route: its fields in the units of its source. */
export class RouteColumns {
  readonly batch: RecordBatch;
  /** The rows that the route has selected so far. */
  readonly selected: Selection;
  private readonly units: FieldUnits | undefined;
  private readonly byField = new Map<string, FieldColumn>();

  constructor(batch: RecordBatch, selected: Selection, units: FieldUnits | undefined) {
    this.batch = batch;
    this.selected = selected;
    this.units = units;
  }

  of(field: string): FieldColumn {
    const known = this.byField.get(field);
    if (known !== undefined) return known;
    const column = new FieldColumn(this, compileField(field, this.units));
    this.byField.set(field, column);
    return column;
  }
}
