/** The table's instruments, each with two ways out: Prometheus's text, and whatever OpenTelemetry SDK the host has. */
import type { BatchObservableCallback, Meter } from "@opentelemetry/api";
import type { Registry } from "prom-client";
import type { Gauges } from "../ports/observer.js";
import { type CounterName, counters, gauges, type HistogramName, histograms, prometheusName } from "./instruments.js";
import type { Prometheus } from "./packages.js";

type Labels = Record<string, string>;
type Table = Record<string, { name: string; unit: string; means: string; labels?: readonly string[] }>;

const made = <T extends Table, I>(table: T, make: (row: T[keyof T]) => I): Record<keyof T, I> =>
  Object.fromEntries(Object.entries(table).map(([key, row]) => [key, make(row as T[keyof T])])) as Record<keyof T, I>;

const measured = (value: Record<string, number> | number | null, labels: readonly string[]): [Labels, number][] => {
  if (value === null) return [];
  if (typeof value === "number") return [[{}, value]];
  return Object.entries(value).map(([word, number]) => [{ [labels[0] ?? ""]: word }, number]);
};

export class Metrics {
  readonly registry: Registry;
  private readonly counts;
  private readonly times;
  private readonly gauges;
  /** How things stand; null = no engine has started. */
  figures: (() => Promise<Gauges>) | null = null;

  constructor({ Counter, Gauge, Histogram, Registry }: Prometheus, meter: Meter) {
    this.registry = new Registry();
    const registers = [this.registry];
    this.counts = made(counters, (row) => ({
      prometheus: new Counter({
        name: prometheusName(row, "counter"),
        help: row.means,
        labelNames: "labels" in row ? row.labels : [],
        registers,
      }),
      otel: meter.createCounter(row.name, { description: row.means, unit: row.unit }),
    }));
    this.times = made(histograms, (row) => ({
      prometheus: new Histogram({
        name: prometheusName(row, "histogram"),
        help: row.means,
        labelNames: row.labels,
        buckets: [...row.buckets],
        registers,
      }),
      otel: meter.createHistogram(row.name, {
        description: row.means,
        unit: row.unit,
        advice: { explicitBucketBoundaries: [...row.buckets] },
      }),
    }));
    this.gauges = made(gauges, (row) => ({
      row,
      prometheus: new Gauge({
        name: prometheusName(row, "gauge"),
        help: row.means,
        labelNames: "labels" in row ? row.labels : [],
        registers,
      }),
      otel: meter.createObservableGauge(row.name, { description: row.means, unit: row.unit }),
    }));
    const all = Object.values(this.gauges);
    const observe: BatchObservableCallback = async (result) => {
      await this.look((gauge, labels, value) => result.observe(gauge.otel, value, labels));
    };
    meter.addBatchObservableCallback(
      observe,
      all.map((gauge) => gauge.otel),
    );
  }

  count(name: CounterName, labels: Labels = {}): void {
    const { prometheus, otel } = this.counts[name];
    prometheus.inc(labels);
    otel.add(1, labels);
  }

  record(name: HistogramName, seconds: number, labels: Labels): void {
    const { prometheus, otel } = this.times[name];
    prometheus.observe(labels, seconds);
    otel.record(seconds, labels);
  }

  async text(): Promise<string> {
    // What is not known now is left out, not told as it was: reset empties one with labels, and sets one without to 0.
    for (const { row, prometheus } of Object.values(this.gauges)) {
      if ("labels" in row) prometheus.reset();
      else prometheus.remove();
    }
    await this.look((gauge, labels, value) => gauge.prometheus.set(labels, value));
    return this.registry.metrics();
  }

  private async look(
    tell: (gauge: (typeof this.gauges)[keyof typeof this.gauges], labels: Labels, value: number) => void,
  ): Promise<void> {
    const figures = await this.figures?.();
    if (figures === undefined) return;
    for (const gauge of Object.values(this.gauges)) {
      const labels = "labels" in gauge.row ? gauge.row.labels : [];
      for (const [label, value] of measured(gauge.row.of(figures), labels)) tell(gauge, label, value);
    }
  }
}
