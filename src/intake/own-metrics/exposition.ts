import { Counter, Gauge, Registry } from 'prom-client';

/** One value of a metric; one that is not known is left out. */
export interface MetricRow {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

/** Puts together what `GET /metrics` answers, from figures that are kept elsewhere: Prometheus' text format 0.0.4. */
export class Exposition {
  readonly #registry = new Registry();

  /** `name` ends in its unit: seconds, bytes, or none. */
  gauge(name: string, help: string, rows: readonly MetricRow[]): this {
    const known = knownRows(rows);
    const gauge = new Gauge({ name, help, labelNames: labelNamesOf(known), registers: [this.#registry] });
    if (known.length === 0) this.#registry.removeSingleMetric(name);
    for (const { labels, value } of known) gauge.set({ ...labels }, value);
    return this;
  }

  /** `name` ends in `_total`; values count from the start of a process. */
  counter(name: string, help: string, rows: readonly MetricRow[]): this {
    const known = knownRows(rows);
    const counter = new Counter({ name, help, labelNames: labelNamesOf(known), registers: [this.#registry] });
    if (known.length === 0) this.#registry.removeSingleMetric(name);
    for (const { labels, value } of known) counter.inc({ ...labels }, value);
    return this;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function knownRows(rows: readonly MetricRow[]) {
  return rows.flatMap(({ labels = {}, value }) => (value === undefined ? [] : [{ labels, value }]));
}

function labelNamesOf(rows: readonly { readonly labels: Readonly<Record<string, string>> }[]): string[] {
  return [...new Set(rows.flatMap(({ labels }) => Object.keys(labels)))];
}
