import { join } from 'node:path';

/** As users name it. Node looks it up from the working directory of each process that is told to load it. */
const NAME = 'forkguard/register';
const PATH = join(__dirname, '..', 'register.js');
const FLAG = /^(?:-r|--require|--import)$/;
const IN_OPTIONS = new RegExp(`(^|\\s)(-r|--require|--import)(\\s+|=)("?)${NAME}\\4(?=\\s|$)`, 'g');

/**
 * Gives the children that start in other directories, where the name is not found, the path of the preload: they
 * would end with "Cannot find module". Nothing but that name is changed.
 */
export function passOnByPath(): void {
  const { execArgv, env } = process;
  execArgv.forEach((word, at) => {
    if (word === NAME && FLAG.test(execArgv[at - 1] ?? '')) execArgv[at] = PATH;
    else if (word === `--require=${NAME}` || word === `--import=${NAME}`)
      execArgv[at] = word.replace(NAME, () => PATH);
  });
  const quoted = /[\s"\\]/.test(PATH) ? `"${PATH.replace(/["\\]/g, '\\$&')}"` : PATH;
  const options = env.NODE_OPTIONS;
  if (options?.includes(NAME))
    env.NODE_OPTIONS = options.replace(
      IN_OPTIONS,
      (_, before, flag, space) => before + flag + space + quoted,
    );
}

/** Whether a value of `--require` or `--import` is this preload, by its name or by its path. */
export function isOwnPreload(value: string | undefined): boolean {
  return value === NAME || value === PATH || `${value}.js` === PATH;
}
