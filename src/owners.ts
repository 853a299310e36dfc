import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Procfs } from './procfs/procfs';

const PACKAGE = /\/node_modules\/((?:@[^/]+\/)?[^/]+)\/[^/]/g;

/** Prebuilt binaries lie in packages of their own, named after the platform. */
const PLATFORM = /-(linux|darwin|win32|freebsd)-.*$/;

/** Targets that show what kind of package opened them. */
const KINDS: readonly { readonly target: RegExp; readonly package: RegExp; readonly words: string }[] = [
  {
    target: /^\/dev\/(pts\/)?ptmx$/,
    package: /pty/,
    words: 'native code that opens terminals, such as node-pty',
  },
  {
    target: /\/(LOCK|LOG|MANIFEST-\d+|\d+\.(log|ldb|sst))$/,
    package: /level|rocks/,
    words: 'native code of a LevelDB or RocksDB binding',
  },
];

/** Who must have opened what no JavaScript did: asked once for each descriptor, because reading maps is dear. */
export class Owners {
  readonly #known = new Map<string, string | undefined>();
  readonly #procfs: Procfs;

  constructor(procfs: Procfs) {
    this.#procfs = procfs;
  }

  /** For people: "native code of `node-pty`"; undefined where nothing is known. */
  of(fd: number, target: string): string | undefined {
    const key = `${fd} ${target}`;
    if (!this.#known.has(key)) {
      if (this.#known.size > 1000) this.#known.clear();
      this.#known.set(key, this.#find(target));
    }
    return this.#known.get(key);
  }

  #find(target: string): string | undefined {
    const packages = nativePackages(this.#procfs);
    const kind = KINDS.find((one) => one.target.test(target));
    const likely = kind ? packages.filter((name) => kind.package.test(name)) : packages;
    if (likely.length === 0) return kind?.words;
    if (likely.length === 1)
      return `native code of \`${likely[0]}\`${packages.length === 1 ? ', the only native package loaded' : ''}`;
    return `native code of one of the packages ${likely.map((name) => `\`${name}\``).join(', ')}`;
  }
}

/** Packages of which a native library is mapped into this process. */
function nativePackages(procfs: Procfs): string[] {
  const names = new Set<string>();
  for (const { path } of procfs.maps('self') ?? []) {
    if (!/\.(node|so[.\d]*)$/.test(path)) continue;
    const match = [...path.matchAll(PACKAGE)].at(-1);
    if (match) names.add(installed(match[1]!, path.slice(0, match.index)));
  }
  return [...names].sort();
}

/** The package that a binary of this name is for, if it is there. `root`: where `node_modules` lies. */
function installed(name: string, root: string): string {
  const base = name.replace(PLATFORM, '');
  const bases = base === name ? [] : [base, base.replace(/^@[^/]+\//, '')];
  return bases.find((one) => existsSync(join(root, 'node_modules', one))) ?? name;
}
