/**
 * As much of a document as `page.js` touches, made from the very HTML that the
 * server sends. It knows no layout, no focus order and no content security
 * policy: those want a browser. An element or selector that it does not know
 * throws, so a test cannot pass by silence.
 */
export type TinyElement = {
  readonly tag: string;
  readonly dataset: Record<string, string | undefined>;
  readonly content: TinyElement;
  id: string;
  hidden: boolean;
  disabled: boolean;
  required: boolean;
  type: string;
  value: string;
  textContent: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
  removeAttribute(name: string): void;
  append(...children: TinyElement[]): void;
  replaceChildren(...children: TinyElement[]): void;
  cloneNode(isDeep: true): TinyElement;
  querySelector(selector: string): TinyElement | null;
  querySelectorAll(selector: string): TinyElement[];
  closest(selector: string): TinyElement | null;
  focus(): void;
  addEventListener(type: string, listener: Listener): void;
};

/** Calls what the script has registered, and waits until it is done. */
type Dispatch = (target: TinyElement, type: string) => Promise<void>;

type Listener = (event: Readonly<{ preventDefault(): void }>) => unknown;
type Shared = { focused: TinyElement | null; readonly listeners: Map<TinyElement, Map<string, Listener>> };
type Node = TinyElement | string;
type Inside = Readonly<{ children: Node[]; setParent(parent: TinyElement): void }>;

const VOID_TAGS = new Set(['meta', 'link', 'input', 'path', 'circle']);
const TOKEN = /<!doctype html>|<\/([\w-]+)>|<([\w-]+)((?:\s+[\w-]+(?:="[^"]*")?)*)\s*\/?>|([^<]+)/gi;
const SELECTOR = /^([\w-]*)(?:\[([\w-]+)(?:="([^"]*)")?\])?$/;
const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
};

const insides = new WeakMap<TinyElement, Inside>();

/** Reads a page as a browser with scripts on does: what stands in `noscript` is not there. */
export function parseDocument(html: string) {
  const shared: Shared = { focused: null, listeners: new Map() };
  const root = createElement(shared, 'document', new Map());
  fill(shared, root, html.replace(/<noscript>.*?<\/noscript>/gs, ''));
  const find = (selector: string) => root.querySelector(selector);
  const title = () => found(find('title'));
  const document = {
    querySelector: find,
    querySelectorAll: (selector: string) => root.querySelectorAll(selector),
    getElementById: (id: string) => find(`[id="${id}"]`),
    createElement: (tag: string) => createElement(shared, tag, new Map()),
    documentElement: { lang: found(find('html')).getAttribute('lang') },
    body: found(find('body')),
    get title() {
      return title().textContent;
    },
    set title(text: string) {
      title().textContent = text;
    },
  };
  const dispatch: Dispatch = async (target, type) => {
    await shared.listeners.get(target)?.get(type)?.({ preventDefault: () => undefined });
  };
  return { document, dispatch, focused: () => shared.focused };
}

function fill(shared: Shared, root: TinyElement, html: string): void {
  const open = [root];
  for (const [, closing, opening, attributes = '', text] of html.matchAll(TOKEN)) {
    const parent = found(open.at(-1));
    if (text !== undefined) insideOf(parent).children.push(decoded(text));
    if (closing !== undefined && open.pop()?.tag !== closing) throw new Error(`</${closing}> closes nothing`);
    if (opening === undefined) continue;
    const element = createElement(shared, opening, attributesOf(attributes));
    parent.append(element);
    if (!VOID_TAGS.has(opening)) open.push(element);
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.tag}> is never closed`);
}

function createElement(shared: Shared, tag: string, attributes: Map<string, string>): TinyElement {
  const children: Node[] = [];
  let parent: TinyElement | null = null;
  const flag = (name: string, isOn: boolean) => (isOn ? attributes.set(name, '') : attributes.delete(name));
  const element: TinyElement = {
    tag,
    dataset: new Proxy({}, { get: (_target, key) => attributes.get(`data-${dashed(String(key))}`) }),
    get content() {
      const fragment = createElement(shared, 'fragment', new Map());
      insideOf(fragment).children.push(...children.map(copyOf));
      return fragment;
    },
    get id() {
      return attributes.get('id') ?? '';
    },
    get hidden() {
      return attributes.has('hidden');
    },
    set hidden(isOn) {
      flag('hidden', isOn);
    },
    get required() {
      return attributes.has('required');
    },
    set required(isOn) {
      flag('required', isOn);
    },
    disabled: false,
    type: attributes.get('type') ?? '',
    value: '',
    get textContent() {
      return children.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
    },
    set textContent(text) {
      children.splice(0, children.length, text);
    },
    getAttribute: (name) => attributes.get(name) ?? null,
    setAttribute: (name, value) => void attributes.set(name, value),
    removeAttribute: (name) => void attributes.delete(name),
    append(...added) {
      for (const child of added) {
        const arriving = child.tag === 'fragment' ? insideOf(child).children.splice(0) : [child];
        for (const node of arriving) if (typeof node !== 'string') insideOf(node).setParent(element);
        children.push(...arriving);
      }
    },
    replaceChildren(...added) {
      children.splice(0);
      element.append(...added);
    },
    cloneNode() {
      const clone = createElement(shared, tag, new Map(attributes));
      for (const child of children.map(copyOf)) {
        if (typeof child === 'string') insideOf(clone).children.push(child);
        else clone.append(child);
      }
      return clone;
    },
    querySelector: (selector) => element.querySelectorAll(selector)[0] ?? null,
    querySelectorAll: (selector) => descendantsOf(children).filter((one) => matches(one, selector)),
    closest: (selector) => (matches(element, selector) ? element : (parent?.closest(selector) ?? null)),
    focus: () => {
      shared.focused = element;
    },
    addEventListener(type, listener) {
      const own = shared.listeners.get(element) ?? new Map<string, Listener>();
      shared.listeners.set(element, own.set(type, listener));
    },
  };
  insides.set(element, { children, setParent: (to) => (parent = to) });
  return element;
}

/** What is inside a `<template>` is not part of the document. */
function descendantsOf(children: readonly Node[]): TinyElement[] {
  return children.flatMap((child) => {
    if (typeof child === 'string') return [];
    return child.tag === 'template' ? [child] : [child, ...descendantsOf(insideOf(child).children)];
  });
}

function matches(element: TinyElement, selector: string): boolean {
  const parts = SELECTOR.exec(selector);
  if (!parts) throw new Error(`This small document does not know the selector ${selector}`);
  const [, tag, attribute, value] = parts;
  if (tag && tag !== element.tag) return false;
  if (attribute === undefined) return true;
  const actual = element.getAttribute(attribute);
  return actual !== null && (value === undefined || actual === value);
}

function attributesOf(text: string): Map<string, string> {
  const pairs = [...text.matchAll(/([\w-]+)(?:="([^"]*)")?/g)];
  return new Map(pairs.map(([, name = '', value = '']) => [name, decoded(value)]));
}

const copyOf = (node: Node): Node => (typeof node === 'string' ? node : node.cloneNode(true));
const dashed = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const decoded = (text: string): string => text.replace(/&[#\w]+;/g, (entity) => found(ENTITIES[entity]));
const insideOf = (element: TinyElement): Inside => found(insides.get(element));

function found<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('The page lacks what the script looks for');
  return value;
}
