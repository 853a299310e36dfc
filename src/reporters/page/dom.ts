/**
 * The few parts of the browser that the page's script uses. The script is written here as functions, compiled
 * with the rest, and put into the page as their text: so they refer to each other by name and to nothing else.
 * All text goes through `textContent`: what others wrote stays text.
 */

export interface Element {
  readonly classList: { add(name: string): void; toggle(name: string, on: boolean): void };
  readonly dataset: Record<string, string>;
  readonly clientWidth: number;
  readonly tagName: string;
  textContent: string | null;
  hidden: boolean;
  open: boolean;
  value: string;
  append(...children: (Element | string)[]): void;
  replaceChildren(...children: (Element | string)[]): void;
  setAttribute(name: string, value: string): void;
  getAttribute(name: string): string | null;
  addEventListener(type: string, listener: (event: KeyEvent) => void): void;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
  closest(selector: string): Element | null;
  focus(): void;
  blur(): void;
  scrollIntoView(options?: object): void;
}

export interface KeyEvent {
  readonly key: string;
  readonly target: Element;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  preventDefault(): void;
}

export interface Browser {
  document: Element & {
    readonly documentElement: Element;
    readonly body: Element;
    readonly activeElement: Element | null;
    createElement(name: string): Element;
    createElementNS(space: string, name: string): Element;
    getElementById(id: string): Element | null;
  };
  window: Element & { print(): void };
  location: { hash: string };
  localStorage: { getItem(key: string): string | null; setItem(key: string, value: string): void };
}

declare const document: Browser['document'];

type Attributes = Readonly<Record<string, string | number>>;

/** An element with attributes and children; a string is text. */
export function el(name: string, attributes: Attributes = {}, ...children: (Element | string)[]): Element {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

export function svg(name: string, attributes: Attributes = {}, ...children: (Element | string)[]): Element {
  const element = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return element;
}

export function byId(id: string): Element {
  return document.getElementById(id) as Element;
}

/** Text in which `backticks` become code. */
export function rich(text: string): Element {
  const parts = text.split('`');
  const whole = parts.length % 2 === 1;
  const span = el('span');
  if (!whole) span.append(text);
  else span.append(...parts.map((part, index) => (index % 2 === 1 ? el('code', {}, part) : part)));
  return span;
}

/** A duration in milliseconds for people. */
export function duration(ms: number): string {
  if (ms < 1) return `${Number(ms.toFixed(2))} ms`;
  if (ms < 1000) return `${Number(ms.toFixed(ms < 10 ? 1 : 0))} ms`;
  if (ms < 60_000) return `${Number((ms / 1000).toFixed(2))} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function short(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** How many of a list are shown; nothing where the list is empty. */
export function shownOf(shown: number, all: number): string {
  if (all === 0) return '';
  return shown === all ? `${all} shown` : `${shown} of ${all} shown`;
}

export const DOM = [el, svg, byId, rich, duration, short, shownOf];
