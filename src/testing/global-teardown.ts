import { END } from './global-setup';

/** `globalTeardown` of jest: see `global-setup.ts`. */
export default async function end(): Promise<void> {
  await (globalThis as { [END]?: () => Promise<void> })[END]?.();
}
