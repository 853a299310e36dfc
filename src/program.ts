import { workingDirectory } from './directory';
import type { TouchedStdio } from './instruments/process';
import type { ProgramFacts } from './model';

/** What only JavaScript knows of this process. Streams that the program never asked for are not made. */
export function readProgram(touched: TouchedStdio): ProgramFacts {
  return {
    readsStdin: isReading(touched.get(0)),
    pendingStdout: pendingBytes(touched.get(1)),
    pendingStderr: pendingBytes(touched.get(2)),
    get inspector() {
      return inspectorAddress();
    },
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

/** Asked only where a child is told to open its own: it loads `node:inspector`. */
function inspectorAddress(): ProgramFacts['inspector'] {
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
