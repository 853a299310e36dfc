import { onlyTraps } from './patch';

type Act = () => void;

const PREFIX = 'NativeModule ';

/** What is to be done when a module of Node's is loaded. */
const awaited = new Map<string, Act>();

/**
 * Acts as soon as Node has loaded its module `name`, before whoever asked for it gets it; at once if it is loaded
 * already. `act` must not throw. So a program that never uses `child_process` or `net` need not pay for loading them.
 *
 * Node notes each module that it has loaded in `process.moduleLoadList`, by `Array.prototype.push`
 * (lib/internal/bootstrap/realm.js, `compileForInternalLoader`). By the language `push` is a `[[Set]]`, which asks
 * the list's prototype: that is where we listen. Where there is no such list the module is loaded here.
 */
export function whenLoaded(name: string, act: Act): void {
  const list = loadList();
  if (!list || list.includes(PREFIX + name)) {
    act();
    return;
  }
  awaited.set(PREFIX + name, act);
  if (Object.getPrototypeOf(list) === Array.prototype) Object.setPrototypeOf(list, listener);
}

/** Acts no more. */
export function stopWaiting(): void {
  awaited.clear();
  const list = loadList();
  if (list && Object.getPrototypeOf(list) === listener) Object.setPrototypeOf(list, Array.prototype);
}

/** Whether Node has loaded its module `name`. */
export function isLoaded(name: string): boolean {
  return loadList()?.includes(PREFIX + name) ?? true;
}

// inherits from Array.prototype, so that the list stays an array for `instanceof`
const listener = new Proxy(
  Object.create(Array.prototype),
  onlyTraps({
    set(target, key, value, receiver) {
      const done = Reflect.set(target, key, value, receiver);
      const act = awaited.get(value);
      if (act) {
        awaited.delete(value);
        if (awaited.size === 0) stopWaiting();
        act();
      }
      return done;
    },
  }),
);

/** The list, if it is what we know it to be. */
function loadList(): string[] | undefined {
  const { moduleLoadList: list } = process as unknown as { moduleLoadList?: string[] };
  return Array.isArray(list) && list.includes(`${PREFIX}fs`) ? list : undefined;
}
