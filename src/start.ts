import { type Options, readConfig } from './config';
import { workingDirectory } from './directory';
import { Guard } from './guard';
import { say } from './say';
import { inWorker } from './thread';

/** The one guard of this thread; worker threads have globals of their own, copies of this module do not. */
const GUARD = Symbol.for('forkguard.guard');
type Global = typeof globalThis & { [GUARD]?: Guard };

/**
 * Starts guarding this thread. A second start changes nothing and returns the guard that is there.
 *
 * @throws TypeError where an option cannot be understood
 */
export function start(options: Options = {}): Guard | undefined {
  const global = globalThis as Global;
  if (global[GUARD]) return global[GUARD];
  // also where it is off: the children are told to load it all the same
  if (!inWorker && isNamed()) (require('./own-preload') as typeof import('./own-preload')).passOnByPath();
  const { config, complaints } = readConfig(process.env, workingDirectory(), options);
  for (const complaint of complaints) say(complaint);
  if (config.mode === 'off') return undefined;
  const guard = new Guard(config);
  Object.defineProperty(global, GUARD, { value: guard, configurable: true, enumerable: false });
  return guard;
}

/** Whether the preload may have been asked for by the name of the package; most often it is by its path. */
function isNamed(): boolean {
  return [process.env.NODE_OPTIONS, ...process.execArgv].some((text) => text?.includes('forkguard/register'));
}

/** The guard of this thread, if there is one. */
export function current(): Guard | undefined {
  return (globalThis as Global)[GUARD];
}

export function stop(): void {
  current()?.stop();
  Reflect.deleteProperty(globalThis, GUARD);
}
