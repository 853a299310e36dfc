import { findSourceMap } from 'node:module';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame, Site } from './model';

/** Everything below this folder is forkguard itself and never a place of the program. */
const OWN = dirname(__dirname) + sep;
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

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
    this.#frames ??= this.calls.flatMap((call) => frameOf(call) ?? []);
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

function callsOf(error: Error): readonly NodeJS.CallSite[] {
  const prepare = Error.prepareStackTrace;
  try {
    Error.prepareStackTrace = (_, calls) => calls;
    const stack: unknown = error.stack;
    return Array.isArray(stack) ? stack : [];
  } catch {
    return [];
  } finally {
    Error.prepareStackTrace = prepare;
  }
}

function frameOf(call: NodeJS.CallSite): Frame | undefined {
  const name = call.getFileName() ?? call.getEvalOrigin?.();
  if (!name || name.startsWith('node:') || call.isNative()) return undefined;
  let file = name.startsWith('file:') ? fileURLToPath(name) : name;
  if (file.startsWith(OWN)) return undefined;
  let line = call.getLineNumber() ?? 0;
  let column = call.getColumnNumber() ?? 0;
  const mapped = originalOf(name, line, column);
  if (mapped) ({ file, line, column } = mapped);
  const fn = call.getFunctionName();
  const pkg = PACKAGE.exec(file)?.[1];
  return {
    file,
    line,
    column,
    ...(fn ? { function: fn } : {}),
    ...(pkg ? { package: pkg.replace('\\', '/') } : {}),
  };
}

/** Node keeps source maps only under --enable-source-maps; elsewhere the position stays that of the running code. */
function originalOf(
  file: string,
  line: number,
  column: number,
): { file: string; line: number; column: number } | undefined {
  try {
    const entry = findSourceMap(file)?.findEntry(line - 1, column - 1);
    if (!entry || !('originalSource' in entry) || !entry.originalSource) return undefined;
    const source = entry.originalSource;
    return {
      file: source.startsWith('file:') ? fileURLToPath(source) : source,
      line: entry.originalLine + 1,
      column: entry.originalColumn + 1,
    };
  } catch {
    return undefined;
  }
}
