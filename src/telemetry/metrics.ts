import type { Counter, Histogram, MeterProvider } from '@opentelemetry/api';
import type { Fork, Hazard } from '../model';
import { registered } from '../tracing';
import { loadApi } from './copies';
import { NAME, VERSION } from './scope';

/** Seconds. A fork takes about 0.7 ms with little memory, and 40 ms per gigabyte. */
const BOUNDARIES = [0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5];

interface Instruments {
  readonly provider: MeterProvider;
  readonly forks: Counter;
  readonly hazards: Counter;
  readonly duration: Histogram;
}

/** `forkguard.forks`, `forkguard.hazards` and `forkguard.fork.duration`, from the registered meter provider. */
export class Metrics {
  #made: Instruments | undefined;

  forked(fork: Fork): void {
    const instruments = this.#instruments();
    if (!instruments) return;
    const attributes = {
      'forkguard.fork.api': fork.api,
      ...(fork.error !== undefined && !fork.child && { 'error.type': fork.error }),
    };
    instruments.forks.add(1, attributes);
    if (fork.blockedMs !== undefined) instruments.duration.record(fork.blockedMs / 1000, attributes);
  }

  found({ rule, severity }: Hazard): void {
    this.#instruments()?.hazards.add(1, { 'forkguard.rule': rule, 'forkguard.severity': severity });
  }

  /** Made when a provider is there: those of before would never count (the metrics API has no proxies). */
  #instruments(): Instruments | undefined {
    const api = registered()?.metrics === undefined ? undefined : loadApi();
    if (!api) return undefined;
    const provider = api.metrics.getMeterProvider();
    if (this.#made?.provider === provider) return this.#made;
    const meter = provider.getMeter(NAME, VERSION);
    this.#made = {
      provider,
      forks: meter.createCounter('forkguard.forks', { unit: '{fork}', description: 'Children made.' }),
      hazards: meter.createCounter('forkguard.hazards', {
        unit: '{hazard}',
        description: 'Hazards found, repeats included.',
      }),
      duration: meter.createHistogram('forkguard.fork.duration', {
        unit: 's',
        description: 'Time for which making a child blocked the thread.',
        advice: { explicitBucketBoundaries: BOUNDARIES },
      }),
    };
    return this.#made;
  }
}
