import { callsOf } from './calls';
import type { Frame, Site } from './model';
import type { SiteRecord } from './records';

const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/**
 * A stack that was captured but not formatted: about 2 µs and 400 bytes. The frames are made when somebody
 * reads them, which for most captures is never.
 */
export class CapturedSite implements Site {
  #error: Error | undefined;
  #calls: readonly NodeJS.CallSite[] | undefined;
  #frames: readonly Frame[] | undefined;
  /** File and function of each call in Node's own modules, once there are frames. */
  #inner: readonly (readonly [file: string, name: string | null])[] = [];

  constructor(error: Error | undefined) {
    this.#error = error;
  }

  get frames(): readonly Frame[] {
    if (!this.#frames) {
      const calls = this.calls;
      this.#frames = this.#error ? framesOf(this.#error, calls) : [];
      this.#inner = calls.flatMap((call) => {
        const file = call.getFileName();
        return file?.startsWith('node:') ? [[file, call.getFunctionName()] as const] : [];
      });
      // calls keep functions alive, and these their global object: in jest one for each test file
      this.#error = undefined;
      this.#calls = [];
    }
    return this.#frames;
  }

  /** Functions of Node's own module `file` (such as `node:child_process`) that the program came through, innermost first. */
  through(file: string): string[] {
    if (this.#frames) return this.#inner.flatMap(([from, name]) => (from === file ? (name ?? []) : []));
    return this.calls.flatMap((call) => (call.getFileName() === file ? (call.getFunctionName() ?? []) : []));
  }

  /** As in the records. */
  toJSON(): SiteRecord | null {
    return recordOf(this);
  }

  /** For `console.log`. */
  [INSPECT](): string | null {
    const record = recordOf(this);
    return record && `${record.file}:${record.line}:${record.column}`;
  }

  private get calls(): readonly NodeJS.CallSite[] {
    this.#calls ??= this.#error ? callsOf(this.#error) : [];
    return this.#calls;
  }
}

/** What formats stacks is loaded with the first that somebody asks for. */
function framesOf(error: Error, calls: readonly NodeJS.CallSite[]): readonly Frame[] {
  try {
    return (require('./frames') as typeof import('./frames')).framesOf(error, calls);
  } catch {
    return []; // no descriptor was free to load it with
  }
}

function recordOf(site: Site): SiteRecord | null {
  try {
    return (require('./render') as typeof import('./render')).siteRecord(site);
  } catch {
    return null;
  }
}

const sites = new WeakMap<Error, CapturedSite>();

/** The site of a stack that is kept: an error gives up its calls only once, so all who ask get the same site. */
export function siteOf(stack: Error): CapturedSite {
  let site = sites.get(stack);
  if (!site) {
    site = new CapturedSite(stack);
    sites.set(stack, site);
  }
  return site;
}

/** Deep enough for the program's line above `process.exit` or `disconnect`, below signal handlers and promises. */
export const EXIT_DEPTH = 16;

/** Captures the calling stack, `depth` frames deep, without formatting it. */
export function capture(depth: number): CapturedSite {
  return new CapturedSite(captureError(depth));
}

/** As `capture`, but only the raw error: for what is kept once for each socket. */
export function captureError(depth: number): Error | undefined {
  const limit = Error.stackTraceLimit;
  try {
    Error.stackTraceLimit = depth;
    return new Error();
  } catch {
    return undefined; // --frozen-intrinsics: Error cannot be written, so sites are unknown
  } finally {
    try {
      Error.stackTraceLimit = limit;
    } catch {}
  }
}
