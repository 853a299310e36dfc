import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { workingDirectory } from '../directory';
import { say } from '../say';
import { hasLogsApi, registered } from '../tracing';

type Api = typeof import('@opentelemetry/api');
type LogsApi = Pick<typeof import('@opentelemetry/api-logs'), 'logs'>;

let api: { readonly version: string; readonly copy: Api | undefined } | undefined;

/**
 * A copy of `@opentelemetry/api` that sees the SDK which the program has registered: undefined where no SDK or no
 * such copy is there. A copy that is newer than the one the SDK was registered through silently does nothing
 * (`isCompatible` in its `internal/semver`), so the program's own comes first and ours last.
 */
export function loadApi(): Api | undefined {
  const version = registered()?.version;
  if (version === undefined) return undefined;
  if (api?.version !== version) {
    api = { version, copy: find<Api>('@opentelemetry/api', (own) => sees(own, version)) };
    if (!api.copy) {
      say(
        `an OpenTelemetry SDK is registered (API ${version}), but no copy of @opentelemetry/api that is as old was found: add it to the program's dependencies`,
      );
    }
  }
  return api.copy;
}

let logsApi: { readonly copy: LogsApi | undefined } | undefined;

/** The program's copy of `@opentelemetry/api-logs`, if it has registered a logger provider through one. */
export function loadLogsApi(): LogsApi | undefined {
  if (!hasLogsApi()) return undefined;
  logsApi ??= { copy: find<LogsApi>('@opentelemetry/api-logs', () => true) };
  return logsApi.copy;
}

/** Whether a copy of the API sees what was registered through another: same major, own minor not newer. */
export function sees(own: string, other: string): boolean {
  if (own === other) return true;
  const [a, b] = [own, other].map((version) => /^(\d+)\.(\d+)\.\d+$/.exec(version));
  return a != null && b != null && a[1] === b[1] && Number(a[2]) <= Number(b[2]);
}

function find<T>(name: string, fits: (version: string) => boolean): T | undefined {
  for (const path of places(name)) {
    const version = versionAt(path, name);
    if (version === undefined || !fits(version)) continue;
    try {
      return require(path) as T;
    } catch {
      // it cannot be loaded: another copy may
    }
  }
  return undefined;
}

/** Files of a package: what is loaded already, what the main script finds, what the directory finds, ours. */
function* places(name: string): Generator<string> {
  const folder = folderOf(name);
  const loaded = Object.keys(require.cache).filter((path) => folder.test(path));
  yield* loaded.filter((path) => /[\\/]index\.c?js$/.test(path)).sort((a, b) => a.length - b.length);
  const main = process.argv[1];
  const here = workingDirectory();
  for (const from of [main, here && join(here, 'forkguard'), __filename]) {
    if (from === undefined) continue;
    try {
      yield createRequire(from).resolve(name);
    } catch {
      // not to be found from there
    }
  }
}

function folderOf(name: string): RegExp {
  return new RegExp(`^.*[\\\\/]node_modules[\\\\/]${name.replace('/', '[\\\\/]')}[\\\\/]`);
}

function versionAt(path: string, name: string): string | undefined {
  const folder = folderOf(name).exec(path)?.[0];
  if (folder === undefined) return undefined;
  try {
    const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
