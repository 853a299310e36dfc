import { workingDirectory } from './directory';
import type { TouchedStdio } from './instruments/process';
import type { ProgramFacts } from './model';

/** What only JavaScript knows of this process. Streams that the program never asked for are not made. */
export function readProgram(touched: TouchedStdio): ProgramFacts {
  const inspector = inspectorAddress();
  return {
    readsStdin: isReading(touched.get(0)),
    pendingStdout: pendingBytes(touched.get(1)),
    pendingStderr: pendingBytes(touched.get(2)),
    touchedStdio: [...touched.keys()],
    ...(inspector && { inspector }),
    cwd: workingDirectory() ?? '/',
    exitListeners: process.listenerCount('exit'),
  };
}

/** Whether the stream takes bytes from its descriptor now. */
export function isReading(stream: object | undefined): boolean {
  if (!stream) return false;
  const { _handle: handle, destroyed } = stream as {
    _handle?: { reading?: unknown } | null;
    destroyed?: unknown;
  };
  return destroyed !== true && handle?.reading === true;
}

export function pendingBytes(stream: object | undefined): number {
  const length = (stream as { writableLength?: unknown } | undefined)?.writableLength;
  return typeof length === 'number' ? length : 0;
}

/** Loads `node:inspector` only where something on the command line may have opened it. */
function inspectorAddress(): { host: string; port: number } | undefined {
  const asked = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].some((text) =>
    text.includes('--inspect'),
  );
  if (!asked) return undefined;
  try {
    const { url } = require('node:inspector') as typeof import('node:inspector');
    const address = url();
    if (!address) return undefined;
    const { hostname, port } = new URL(address);
    return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
  } catch {
    return undefined;
  }
}
