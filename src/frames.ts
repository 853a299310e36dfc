import { findSourceMap } from 'node:module';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame } from './model';
import { translated } from './translate';

/** Everything below this folder is forkguard itself and never a place of the program. */
const OWN = dirname(__dirname) + sep;
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** By place in the running code: one that is asked for at each fork is worked out once, unless a source map moves it. */
const known = new Map<string, Frame>();
const MOST_KNOWN = 2000;

/** The frames of the program on the stack of `error`: without Node's own and without ours. */
export function framesOf(error: Error, calls: readonly NodeJS.CallSite[]): readonly Frame[] {
  return translated(error, calls).flatMap((call) => frameOf(call) ?? []);
}

function frameOf(call: NodeJS.CallSite): Frame | undefined {
  const name = call.getFileName() ?? call.getEvalOrigin?.();
  if (!name || name.startsWith('node:') || call.isNative()) return undefined;
  const line = call.getLineNumber() ?? 0;
  const column = call.getColumnNumber() ?? 0;
  const fn = call.getFunctionName() ?? undefined;
  const original = originalOf(name, line, column);
  if (original) return described(original, fn);
  const key = `${line}:${column} ${fn} ${name}`;
  let frame = known.get(key);
  if (!frame) {
    const file = name.startsWith('file:') ? fileURLToPath(name) : name;
    frame = described({ file, line, column }, fn);
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(key, frame);
  }
  return frame.file.startsWith(OWN) ? undefined : frame;
}

function described(place: Pick<Frame, 'file' | 'line' | 'column'>, fn: string | undefined): Frame {
  const pkg = PACKAGE.exec(place.file)?.[1];
  return { ...place, ...(fn && { function: fn }), ...(pkg && { package: pkg.replace('\\', '/') }) };
}

/** Node keeps source maps only under --enable-source-maps; elsewhere the position stays that of the running code. */
function originalOf(
  file: string,
  line: number,
  column: number,
): Pick<Frame, 'file' | 'line' | 'column'> | undefined {
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
