import type { Frame, Site } from './model';

/**
 * A stack that was captured but not formatted: about 2 µs and 400 bytes. The frames are made when somebody
 * reads them, which for most captures is never.
 */
export class CapturedSite implements Site {
  #error: Error | undefined;
  #calls: readonly NodeJS.CallSite[] | undefined;
  #frames: readonly Frame[] | undefined;

  constructor(error: Error | undefined) {
    this.#error = error;
  }

  get frames(): readonly Frame[] {
    if (!this.#frames) {
      // what formats stacks is loaded with the first that somebody reads
      const { framesOf } = require('./frames') as typeof import('./frames');
      this.#frames = framesOf(this.calls);
    }
    return this.#frames;
  }

  /** Functions of Node's own module `file` (such as `node:child_process`) that the program came through, innermost first. */
  through(file: string): string[] {
    return this.calls.flatMap((call) => (call.getFileName() === file ? (call.getFunctionName() ?? []) : []));
  }

  private get calls(): readonly NodeJS.CallSite[] {
    if (!this.#calls) {
      this.#calls = this.#error ? callsOf(this.#error) : [];
      this.#error = undefined;
    }
    return this.#calls;
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

/** Node's own way of writing a stack: it translates nothing that we do not, and writing takes as long as all the rest. */
let nodesOwn: unknown;

function isNodesOwn(prepare: unknown): boolean {
  if (prepare === nodesOwn) return true;
  if (typeof prepare !== 'function' || prepare.name !== 'ErrorPrepareStackTrace') return false;
  if (!Function.prototype.toString.call(prepare).includes('internalPrepareStackTrace(')) return false;
  nodesOwn = prepare;
  return true;
}

/** How stacks are written in the global object in which tests run, which need not be ours. */
let inTests: (() => unknown) | undefined;

/** Test code has a global object of its own, whose `Error.prepareStackTrace` is out of our reach: it hands it over. */
export function translateStacksWith(prepare: () => unknown): void {
  inTests = prepare;
}

function translator(own: unknown): NonNullable<typeof Error.prepareStackTrace> | undefined {
  return [own, inTests?.()].find(
    (prepare): prepare is NonNullable<typeof Error.prepareStackTrace> =>
      typeof prepare === 'function' && !isNodesOwn(prepare),
  );
}

function callsOf(error: Error): readonly NodeJS.CallSite[] {
  const prepare = Error.prepareStackTrace;
  let text: unknown;
  try {
    const translate = translator(prepare);
    Error.prepareStackTrace = (same, calls) => {
      if (translate) text = described(translate, same, calls);
      return calls;
    };
    const stack: unknown = error.stack;
    const calls: NodeJS.CallSite[] = Array.isArray(stack) ? stack : [];
    return typeof text === 'string' ? mapped(calls, text) : calls;
  } catch {
    return [];
  } finally {
    Error.prepareStackTrace = prepare;
  }
}

/** The stack as the program would read it: test runners and compilers translate positions back to the source. */
function described(
  prepare: NonNullable<typeof Error.prepareStackTrace>,
  error: Error,
  calls: NodeJS.CallSite[],
): unknown {
  try {
    return prepare.call(Error, error, calls);
  } catch {
    return undefined;
  }
}

/** Calls with the positions that the text of the stack gives to them, if it has one line for each. */
function mapped(calls: readonly NodeJS.CallSite[], text: string): readonly NodeJS.CallSite[] {
  const lines = text.split('\n').filter((line) => /^\s+at /.test(line));
  if (lines.length !== calls.length) return calls;
  return calls.map((call, index) => {
    const place = /^\s+at (?:.*\()?(.+):(\d+):(\d+)\)?$/.exec(lines[index] as string);
    if (!place) return call;
    const [line, column] = [Number(place[2]), Number(place[3])];
    if (line === call.getLineNumber() && column === call.getColumnNumber()) return call;
    const there = {
      getFileName: () => place[1],
      getLineNumber: () => line,
      getColumnNumber: () => column,
      getFunctionName: () => call.getFunctionName(),
      getEvalOrigin: () => call.getEvalOrigin(),
      isNative: () => call.isNative(),
    };
    return there as NodeJS.CallSite;
  });
}
