import { now } from '../clock';
import { dynamicNames } from '../procfs/elf';
import type { Mapping } from '../procfs/parse-memory';
import type { Procfs } from '../procfs/procfs';

/** Milliseconds for which it is believed that no other addon was loaded, and that those there are have loaded nothing. */
const ADDONS_MS = 50;
const LIBRARIES_MS = 1000;

const LIBRARY = /(?:\.node|\.so(?:\.[\d.]+)?)(?: \(deleted\))?$/;
/** The C library itself, which offers the function. */
const LIBC = /\/(?:libc[.-]|libpthread[.-]|ld-linux|ld-musl)[^/]*$/;
/**
 * Those whose handlers were looked at. In rolldown 1.2, and so in every Vite and Vitest, it is the one of mimalloc,
 * which runs in the child alone, counts the forks and takes no lock; a watcher thread would cost each of them 45 ms.
 */
const HARMLESS = /\/rolldown-binding\.[\w-]+\.node$/;
/** As glibc and musl name it. A linker may keep it as the end of a longer name. */
const REGISTERS = /(?:__register|pthread)_atfork\0/;

/**
 * Whether a child could sleep between fork and exec: only what native libraries have registered with
 * `pthread_atfork` runs there. What is registered cannot be seen; which libraries are able to can.
 */
export class ForkHandlers {
  readonly #procfs: Pick<Procfs, 'maps'>;
  readonly #registers = new Map<string, boolean>();
  #possible = false;
  #addons = 0;
  #addonsAt = Number.NEGATIVE_INFINITY;
  #librariesAt = Number.NEGATIVE_INFINITY;

  constructor(procfs: Pick<Procfs, 'maps'>) {
    this.#procfs = procfs;
  }

  /** Once it is possible it stays so: nothing takes a handler away again. */
  get possible(): boolean {
    const time = now();
    if (this.#possible || time - this.#addonsAt < ADDONS_MS) return this.#possible;
    this.#addonsAt = time;
    const addons = Object.keys(require.cache).filter((file) => file.endsWith('.node')).length;
    this.#possible = Boolean(process.env.LD_PRELOAD) || (addons > 0 && this.#mayRegister(addons, time));
    return this.#possible;
  }

  /** Of what cannot be read it is assumed. */
  #mayRegister(addons: number, time: number): boolean {
    // one that is there may load a library at any time
    if (addons === this.#addons && time - this.#librariesAt < LIBRARIES_MS) return false;
    this.#addons = addons;
    this.#librariesAt = time;
    const maps = this.#procfs.maps('self');
    if (!maps) return true;
    return librariesOf(maps).some((path) => this.#registersIn(path));
  }

  #registersIn(path: string): boolean {
    const known = this.#registers.get(path);
    if (known !== undefined) return known;
    const can = registers(path) ?? true;
    this.#registers.set(path, can);
    return can;
  }
}

/** The libraries of a process that ask for `pthread_atfork`, as far as they can be read. */
export function registeringLibraries(procfs: Pick<Procfs, 'maps'>, pid: number): string[] {
  return librariesOf(procfs.maps(pid) ?? []).filter((path) => registers(path) === true);
}

function librariesOf(maps: readonly Mapping[]): string[] {
  const paths = new Set(maps.map(({ path }) => path));
  return [...paths].filter((path) => LIBRARY.test(path) && !LIBC.test(path) && !HARMLESS.test(path));
}

function registers(path: string): boolean | undefined {
  const names = dynamicNames(path);
  return names === undefined ? undefined : REGISTERS.test(names);
}
