import { END } from './run';

/** `globalTeardown` of jest: see `global-setup.ts`. */
async function end(): Promise<void> {
  await (globalThis as { [END]?: () => Promise<void> })[END]?.();
}

export = end;
