import { createRequire } from 'node:module';
import { join } from 'node:path';
import { escapeText, reasonOf } from '../escape';
import type { Reporter } from '../model';
import type { MakeReporter, ReporterOptions } from './options';

export type { MakeReporter, ReporterOptions } from './options';

/** Loaded when named: a program pays for the reporters it uses. */
const BUILT_IN: Readonly<Record<string, () => unknown>> = {
  terminal: () => require('./terminal'),
  ndjson: () => require('./ndjson'),
  html: () => require('./html'),
  otel: () => require('./otel'),
  github: () => require('./github'),
  sarif: () => require('./sarif'),
  junit: () => require('./junit'),
  none: () => require('./none'),
  tally: () => require('./tally'),
};

/** Those that make one document, anew with each process that ends. */
export const DOCUMENT_REPORTERS: ReadonlySet<string> = new Set(['html', 'sarif', 'junit']);

/** Those that people read while the program runs. */
export const LIVE_REPORTERS: ReadonlySet<string> = new Set(['terminal', 'github']);

const REPORTER_NAMES: readonly string[] = Object.keys(BUILT_IN).filter((name) => name !== 'tally');

function load(name: string, cwd: string): unknown {
  try {
    if (Object.hasOwn(BUILT_IN, name)) return (BUILT_IN[name] as () => unknown)();
    return createRequire(join(cwd, 'forkguard'))(name);
  } catch (error) {
    throw new Error(
      `reporter ${JSON.stringify(escapeText(name, 200))} cannot be loaded: ${reasonOf(error)}; known are ${REPORTER_NAMES.join(', ')}, and paths of modules such as ./reporter.js`,
    );
  }
}

function isReporter(value: unknown): value is Reporter {
  try {
    return typeof value === 'object' && value !== null && typeof (value as Reporter).hazard === 'function';
  } catch {
    return false; // a getter has failed
  }
}

/**
 * One reporter. A module's default export (or `module.exports`) is a reporter, or a function that makes one.
 *
 * @throws Error that names the reporter and says what is wrong with it
 */
export function createReporter(name: string, options: ReporterOptions): Reporter {
  const loaded = load(name, options.cwd);
  const exported = (loaded as { default?: unknown } | null | undefined)?.default ?? loaded;
  let made: unknown = exported;
  if (typeof exported === 'function') {
    try {
      made = (exported as MakeReporter)(options);
    } catch (error) {
      throw new Error(
        `reporter ${JSON.stringify(escapeText(name, 200))} failed to start: ${reasonOf(error)}`,
      );
    }
  }
  if (isReporter(made)) return made;
  throw new Error(
    `reporter ${JSON.stringify(escapeText(name, 200))} is not a reporter: its default export must be an object with a function \`hazard\`, or a function that returns one`,
  );
}
