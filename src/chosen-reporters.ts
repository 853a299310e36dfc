import type { Config } from './config';
import { workingDirectory } from './directory';
import type { Hazard, Reporter, Summary } from './model';
import type { ReporterOptions } from './reporters/options';
import { messageOf, say } from './say';
import { RUN_LOG } from './testing/protocol';
import { toldOnce } from './told';

/** The reporters of one thread: those that were asked for, or else the terminal and, in time, OpenTelemetry. */
export class ChosenReporters {
  readonly #config: Config;
  readonly #spoken: (rule?: string) => boolean;
  /** Those that write at the end, from all that they have heard. */
  readonly #late: Reporter[] = [];
  #opentelemetry: Reporter | undefined;
  #made: ReporterOptions | undefined;

  /** `spoken`: a test runner speaks for what is found, or for what such a rule finds. */
  constructor(config: Config, spoken: (rule?: string) => boolean) {
    this.#config = config;
    this.#spoken = spoken;
  }

  /** Silent once a test runner speaks for what is found; it may begin to after the first fork. */
  #unlessSpoken(reporter: Reporter): Reporter {
    const spoken = this.#spoken;
    const speaks = ({ rule }: Hazard) => !spoken(rule) && !isSaidByRun(rule);
    return {
      hazard: (hazard) => speaks(hazard) && reporter.hazard(hazard),
      repeat: (hazard, ...again) => speaks(hazard) && reporter.repeat?.(hazard, ...again),
      end: (summary) => !spoken() && reporter.end?.(withoutSaid(summary)),
    };
  }

  /** Makes them all. One that cannot be made is said, and left out. */
  make(): Reporter[] {
    const { reporters, besides } = this.#config;
    const names = [...(reporters ?? ['terminal', 'otel']), ...besides];
    const { createReporter, DOCUMENT_REPORTERS, LIVE_REPORTERS } = known();
    return names.flatMap((name) => {
      try {
        if (name === 'otel' && this.#otel) return this.#otel;
        const made = createReporter(name, this.#options);
        const reporter = LIVE_REPORTERS.has(name) ? toldOnce(made) : made;
        if (!reporters && name === 'terminal') return this.#unlessSpoken(reporter);
        if (DOCUMENT_REPORTERS.has(name)) this.#late.push(reporter);
        return reporter;
      } catch (error) {
        say(messageOf(error));
        return [];
      }
    });
  }

  /** One object for all: those that share a file know each other by it. */
  get #options(): ReporterOptions {
    const { output } = this.#config;
    this.#made ??= { cwd: workingDirectory() ?? '/', ...(output !== undefined && { output }) };
    return this.#made;
  }

  /** Whether the records of this run have it of a process that it lives on, as its parent has seen when that ended. */
  haveOrphan(pid: number): boolean {
    const { reporters = [] } = this.#config;
    if (!reporters.some((name) => name === 'ndjson' || known().DOCUMENT_REPORTERS.has(name))) return false;
    const { isReported } = require('./reporters/whole-tree') as typeof import('./reporters/whole-tree');
    return isReported(this.#options, 'orphaned-children', pid);
  }

  /** A hazard that the watcher thread has reported: only they hear of it whom that thread cannot serve. */
  adopt(hazard: Hazard, before?: { readonly hazard: Hazard; readonly count: number }): void {
    const tell = (reporter: Reporter) => {
      if (before) reporter.repeat?.(before.hazard, before.count, hazard);
      else reporter.hazard(hazard);
    };
    this.trace(tell); // needs the program's SDK
    for (const reporter of this.#late) tell(reporter);
  }

  /** What fails in the program's SDK must not keep a fork from being judged. */
  trace(tell: (otel: Reporter) => void): void {
    try {
      if (this.#otel) tell(this.#otel);
    } catch (error) {
      say(`OpenTelemetry could not be told, the rest goes on: ${messageOf(error)}`);
    }
  }

  /** Chosen, unless others are named: it waits for the program to register an OpenTelemetry SDK. */
  get #otel(): Reporter | undefined {
    const { reporters } = this.#config;
    if (reporters && !reporters.includes('otel')) return undefined;
    this.#opentelemetry ??= known().createReporter('otel', this.#options);
    return this.#opentelemetry;
  }
}

/** Loaded when there is something to report. */
function known(): typeof import('./reporters') {
  return require('./reporters') as typeof import('./reporters');
}

/** The runner's main process says after the run who lives on. */
function isSaidByRun(rule: string): boolean {
  return rule === 'orphaned-children' && process.env[RUN_LOG] !== undefined;
}

function withoutSaid(summary: Summary): Summary {
  const unsaid = Object.entries(summary.hazards).filter(([rule]) => !isSaidByRun(rule));
  return { ...summary, hazards: Object.fromEntries(unsaid) };
}
