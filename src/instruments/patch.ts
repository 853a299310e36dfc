import { noteOriginal } from '../originals';

export type Callable = (this: unknown, ...args: never[]) => unknown;
export type Around = (original: Callable, self: unknown, args: unknown[]) => unknown;

const undo: (() => void)[] = [];

/**
 * Puts `around` in the place of `owner[name]`. The replacement is a Proxy of the original, so its name, length,
 * prototype and own properties (`util.promisify.custom` among them) are the original's own.
 * `around` decides when to call the original and must return and throw what it does.
 */
export function patch(owner: object, name: string, around: Around): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (!descriptor?.configurable || typeof descriptor.value !== 'function') return;
  replace(owner, name, descriptor, { ...descriptor, value: proxyOf(descriptor.value, around) });
}

/** As `patch`, for the getter of an accessor property. */
export function patchGetter(owner: object, name: string, around: Around): void {
  const descriptor = Object.getOwnPropertyDescriptor(owner, name);
  if (!descriptor?.configurable || !descriptor.get) return;
  replace(owner, name, descriptor, { ...descriptor, get: proxyOf(descriptor.get, around) });
}

/** Not those, too, that a program has put on Object.prototype, such as a method `get`. */
export function onlyTraps<F extends object>(traps: ProxyHandler<F>): ProxyHandler<F> {
  return Object.setPrototypeOf(traps, null);
}

/** A Proxy of `original` whose calls go through `around`. */
export function proxyOf<F extends object>(original: F, around: Around): F {
  // as it is: another function around it would be one more frame in every stack of the program
  const proxy = new Proxy(original, onlyTraps({ apply: around as ProxyHandler<F>['apply'] & {} }));
  noteOriginal(proxy, original);
  return proxy;
}

/** Takes all patches back that nobody has patched over since. */
export function unpatch(): void {
  for (const one of undo.splice(0).reverse()) one();
}

function replace(owner: object, name: string, before: PropertyDescriptor, after: PropertyDescriptor): void {
  Object.defineProperty(owner, name, after);
  undo.push(() => {
    const now = Object.getOwnPropertyDescriptor(owner, name);
    if (now?.value === after.value && now?.get === after.get) Object.defineProperty(owner, name, before);
  });
}

/** Gives `owner` an own property `name` in front of an inherited function. */
export function addOwn(owner: object, name: string, inherited: object, around: Around): void {
  if (Object.hasOwn(owner, name)) return;
  const value = proxyOf(inherited, around);
  Object.defineProperty(owner, name, { value, configurable: true, writable: true, enumerable: false });
  undo.push(() => {
    if (Object.getOwnPropertyDescriptor(owner, name)?.value === value) Reflect.deleteProperty(owner, name);
  });
}
