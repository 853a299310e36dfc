import type { Fork, Hazard, Reporter } from '../model';
import type { Emitter } from '../telemetry/emitter';
import { isTraced } from '../tracing';

/** Hazards kept for an SDK that is registered after the first fork. */
const MOST_EARLY = 32;

/**
 * Hands hazards and forks to the OpenTelemetry SDK that the program has registered, whenever it does. Until then
 * nothing of OpenTelemetry is loaded.
 */
class OtelReporter implements Reporter {
  readonly #early: Hazard[] = [];
  #emitter: Emitter | undefined;

  forking(fork: Fork): void {
    this.#ready()?.forking(fork);
  }

  forked(fork: Fork): void {
    this.#ready()?.forked(fork);
  }

  hazard(hazard: Hazard): void {
    const emitter = this.#ready();
    if (emitter) emitter.found(hazard, false);
    else if (this.#early.length < MOST_EARLY) this.#early.push(hazard);
  }

  repeat(first: Hazard, _count: number, again: Hazard = first): void {
    this.#ready()?.found(again, true);
  }

  end(): void {
    this.#ready();
  }

  #ready(): Emitter | undefined {
    if (!isTraced()) return undefined;
    if (!this.#emitter) {
      const { Emitter: Made } = require('../telemetry/emitter') as typeof import('../telemetry/emitter');
      this.#emitter = new Made();
      for (const hazard of this.#early.splice(0)) this.#emitter.foundBefore(hazard);
    }
    return this.#emitter;
  }
}

export default (): Reporter => new OtelReporter();
