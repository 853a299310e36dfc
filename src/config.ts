import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Allowance } from './allow';

/** What the user can choose: from `FORKGUARD_*`, or camelCase under "forkguard" in the nearest package.json. */
export interface Config {
  readonly mode: 'off' | 'report' | 'throw';
  /** Built-in names or module paths. `undefined`: terminal, and otel as soon as an SDK is registered. */
  readonly reporters: readonly string[] | undefined;
  /** Those besides, that nobody chooses. */
  readonly besides: readonly string[];
  readonly output: string | undefined;
  readonly allow: readonly Allowance[];
  readonly stallMs: number;
  readonly slowForkMs: number;
  readonly exitCode: number | undefined;
  readonly forks: boolean;
  /** End a child that a proven wait cycle through a `*Sync` call goes through. */
  readonly break: boolean;
  /** Names of options and variables, and whole words, that must not appear in a report: `*` stands for any text. */
  readonly redact: readonly string[];
}

/** What a program can choose itself, as package.json would have it. */
export type Options = Partial<Omit<Config, 'besides' | 'allow'>> & {
  /** Names of rules, or finer allowances. */
  readonly allow?: readonly (string | Allowance)[];
};

export interface Configured {
  readonly config: Config;
  /** One line for each value that could not be understood: key, value and what is allowed. */
  readonly complaints: readonly string[];
}

export const DEFAULTS: Config = {
  mode: 'report',
  reporters: undefined,
  besides: [],
  output: undefined,
  allow: [],
  stallMs: 1000,
  slowForkMs: 20,
  exitCode: undefined,
  forks: false,
  break: false,
  redact: [],
};

/** Settings are an object; a text is the version in the dependencies, in most projects. */
const SETTINGS = /"forkguard"\s*:\s*(?:[^"\s]|"(?:off|report|throw)")/;

/** A package.json in which there may be settings. */
export interface SettingsFile {
  readonly path: string;
  readonly content: string;
}

/**
 * Reads the environment, then package.json; the environment wins, and `options` over both. Without `cwd` (the working
 * directory may have been removed) there is no package.json. What only settings need is loaded where there are some.
 *
 * @throws TypeError where an option cannot be understood
 */
export function readConfig(
  environment: NodeJS.ProcessEnv,
  cwd: string | undefined,
  options: Options = {},
): Configured {
  const file = settingsFile(cwd);
  const named = [
    ...Object.keys(environment).filter((name) => /^FORKGUARD(?!_INTERNAL_)/.test(name)),
    ...Object.keys(options),
  ];
  const besides = environment.FORKGUARD_INTERNAL_TALLY === undefined ? [] : ['tally'];
  if (!file && named.length === 0) return { config: { ...DEFAULTS, besides }, complaints: [] };
  const { applySettings, checked } = require('./settings') as typeof import('./settings');
  const complaints: string[] = [];
  const config = { ...DEFAULTS, ...applySettings(environment, file, complaints), ...checked(options) };
  // the same files, although the program may change its directory before the first report
  const output =
    config.output !== undefined && cwd !== undefined ? resolve(cwd, config.output) : config.output;
  const ofFile = !environment.FORKGUARD_REPORTERS && options.reporters === undefined;
  const base = file && ofFile ? dirname(file.path) : cwd;
  const reporters = config.reporters?.map((name) => (isRelative(name) && base ? resolve(base, name) : name));
  return { config: { ...config, reporters, output, besides }, complaints };
}

/** Whether a reporter is named by a path that starts where its name is read. */
export function isRelative(name: string): boolean {
  return /^\.\.?\//.test(name);
}

/** From now on the user's own patterns are secrets in this thread. What knows secrets is loaded only for them. */
export function hideAsAsked({ redact }: Config): void {
  if (redact.length > 0) (require('./redact') as typeof import('./redact')).redactAlso(redact);
}

/** The nearest package.json, if there may be settings in it. */
function settingsFile(cwd: string | undefined): SettingsFile | undefined {
  if (cwd === undefined) return undefined;
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, 'package.json');
    try {
      // asked first: making the error of a missing file takes longer than all the rest
      if (existsSync(path)) {
        const content = readFileSync(path, 'utf8');
        return SETTINGS.test(content) ? { path, content } : undefined;
      }
    } catch {
      // as if it were not there
    }
    if (dirname(folder) === folder) return undefined;
  }
}
