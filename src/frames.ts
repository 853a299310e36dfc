import { findSourceMap } from 'node:module';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Frame } from './model';

/** Everything below this folder is forkguard itself and never a place of the program. */
const OWN = dirname(__dirname) + sep;
const PACKAGE = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/;

/** By script and position: a place that is asked for at each fork is worked out once. Not from eval. */
const known = new Map<string, Frame | undefined>();
const MOST_KNOWN = 2000;

/** The frames of the program: without Node's own and without ours. */
export function framesOf(calls: readonly NodeJS.CallSite[]): readonly Frame[] {
  return calls.flatMap((call) => knownFrame(call) ?? []);
}

function knownFrame(call: NodeJS.CallSite): Frame | undefined {
  // the hash tells an edited file from what was loaded before under the same name
  const { getScriptHash } = call as { getScriptHash?: () => string };
  const file = call.getFileName();
  if (!getScriptHash || !file) return frameOf(call);
  if (file.startsWith('node:')) return undefined;
  const key = `${call.getPosition()} ${getScriptHash.call(call)} ${file}`;
  if (known.has(key)) return known.get(key);
  if (known.size >= MOST_KNOWN) known.clear();
  const frame = frameOf(call);
  known.set(key, frame);
  return frame;
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
