import { accessSync, constants, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ForkRequest } from './instruments/fork-call';

/** The file that exec takes: a name without a slash is searched in the child's PATH. Links are resolved. */
export function executableOf({ file, cwd = '.', variable }: ForkRequest): string | undefined {
  const directories = file.includes('/') ? ['.'] : (variable('PATH') ?? '').split(':');
  for (const directory of directories) {
    try {
      const path = realpathSync(resolve(cwd, directory, file));
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not here
    }
  }
  return undefined;
}
