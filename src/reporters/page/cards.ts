import type { Edge, PageFork, PageHazard, Place } from './data';
import type * as dom from './dom';
import type { Element } from './dom';

declare const el: typeof dom.el;
declare const svg: typeof dom.svg;
declare const rich: typeof dom.rich;
declare const duration: typeof dom.duration;
declare const short: typeof dom.short;

/** Boxes side by side and numbered arrows between them; the numbers are explained below the picture. */
export function graph(edges: readonly Edge[], title: string): Element {
  const names = [...new Set(edges.flatMap((edge) => [edge.from, edge.to]))];
  const boxWidth = 170;
  const gap = 90;
  const width = names.length * boxWidth + (names.length - 1) * gap + 20;
  const far = Math.max(...edges.map((edge) => Math.abs(names.indexOf(edge.from) - names.indexOf(edge.to))));
  const room = 22 + far * 16;
  const height = 40 + 2 * room;
  const middle = height / 2;
  const picture = svg('svg', {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': title,
    class: 'graph',
  });
  picture.append(
    svg(
      'defs',
      {},
      svg(
        'marker',
        {
          id: 'arrow',
          viewBox: '0 0 8 8',
          refX: 7,
          refY: 4,
          markerWidth: 7,
          markerHeight: 7,
          orient: 'auto-start-reverse',
        },
        svg('path', { d: 'M0 0L8 4L0 8Z', class: 'head' }),
      ),
    ),
  );
  const center = (name: string): number => 10 + names.indexOf(name) * (boxWidth + gap) + boxWidth / 2;
  edges.forEach((edge, index) => {
    const forth = names.indexOf(edge.to) >= names.indexOf(edge.from);
    const side = forth ? -1 : 1;
    const apart = Math.abs(names.indexOf(edge.from) - names.indexOf(edge.to));
    const from = center(edge.from) + (forth ? 1 : -1) * (boxWidth / 2 - 34);
    const to = center(edge.to) - (forth ? 1 : -1) * (boxWidth / 2 - 34);
    const base = middle + side * 20;
    const bend = base + side * (14 + apart * 16);
    picture.append(
      svg('path', {
        d: `M${from} ${base}C${from} ${bend} ${to} ${bend} ${to} ${base + side * 2}`,
        class: 'edge',
        'marker-end': 'url(#arrow)',
      }),
      svg('circle', { cx: (from + to) / 2, cy: base + side * (10.5 + apart * 12), r: 9, class: 'number' }),
      svg(
        'text',
        {
          x: (from + to) / 2,
          y: base + side * (10.5 + apart * 12) + 4,
          'text-anchor': 'middle',
          class: 'numeral',
        },
        String(index + 1),
      ),
    );
  });
  for (const name of names) {
    const plain = name.replaceAll('`', '');
    picture.append(
      svg('rect', {
        x: center(name) - boxWidth / 2,
        y: middle - 18,
        width: boxWidth,
        height: 36,
        rx: 8,
        class: 'box',
      }),
      svg(
        'text',
        { x: center(name), y: middle + 5, 'text-anchor': 'middle', class: 'boxname' },
        short(plain, 22),
        svg('title', {}, plain),
      ),
    );
  }
  const legend = el('ol', { class: 'legend' });
  for (const edge of edges) legend.append(el('li', {}, rich(`${edge.from} → ${edge.to}: ${edge.until}`)));
  return el(
    'figure',
    {},
    el('div', { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': title }, picture),
    el('figcaption', {}, legend),
  );
}

/** Who waits for whom; or, where something crossed a fork, who has it now. */
export function hazardGraph(hazard: PageHazard): Element | undefined {
  if (hazard.waits.length > 1) return graph(hazard.waits, 'who waits for whom');
  const { child, resource } = hazard;
  if (!child || !resource) return undefined;
  const parent = `process ${hazard.pid}`;
  const thing = `${resource.kind} ${resource.label.slice(resource.label.lastIndexOf('/') + 1)}`;
  const name = `${child.command} (${child.pid})`;
  return graph(
    [
      {
        from: parent,
        to: thing,
        until: resource.fd === null ? 'has it' : `has it as descriptor ${resource.fd}`,
      },
      { from: thing, to: name, until: 'reaches the child through the fork' },
    ],
    'what crossed the fork',
  );
}

export function placeText(place: Place | string): Element {
  if (typeof place === 'string') return rich(place);
  const span = el('span', {}, el('span', { class: 'place' }, place.at));
  if (place.by !== undefined) span.append(' through package ', el('code', {}, place.by));
  if (place.source !== undefined) span.append(el('pre', { tabindex: 0 }, place.source));
  return span;
}

export function hazardCard(
  hazard: PageHazard,
  index: number,
  fork: PageFork | undefined,
  open: boolean,
): Element {
  const details = el(
    'details',
    { id: `hazard-${index}`, class: `card ${hazard.severity}` },
    el(
      'summary',
      {},
      el('span', { class: `badge ${hazard.severity}` }, hazard.severity),
      el('span', { class: 'rule' }, hazard.rule),
      hazard.times > 1 ? el('span', { class: 'times' }, `reported ${hazard.times} times`) : '',
      el('span', { class: 'what' }, rich(hazard.what)),
    ),
  );
  details.open = open;
  const list = el('dl');
  const row = (label: string, ...content: (Element | string)[]): void => {
    list.append(el('dt', {}, label), el('dd', {}, ...content));
  };
  if (hazard.opened !== null) row('opened', placeText(hazard.opened));
  if (hazard.forked !== null) row('forked', placeText(hazard.forked));
  if (hazard.ended) row('ended', placeText(hazard.ended));
  row('why', rich(hazard.why));
  row('help', rich(hazard.help));
  const proof = el('ul', { class: 'proof' });
  for (const fact of hazard.proof) proof.append(el('li', {}, fact));
  row('proof', proof);
  const facts = [`at +${duration(hazard.offset)}`, `pid ${hazard.pid}`];
  if (hazard.threadId > 0) facts.push(`worker thread ${hazard.threadId}`);
  if (hazard.child) facts.push(`child ${short(hazard.child.command, 60)} (${hazard.child.pid})`);
  const when = el('span', {}, facts.join(' · '));
  if (fork) when.append(' · ', el('a', { href: `#fork-${fork.id}` }, 'its fork'));
  row('when', when);
  if (hazard.also.length > 0) {
    const also = el('ul', { class: 'also' });
    for (const { offset, pid, child, at, fork: id } of hazard.also) {
      const item = el(
        'li',
        {},
        `+${duration(offset)} · pid ${pid}`,
        child === '' ? '' : ` · child ${short(child, 60)}`,
        at === '' ? '' : ' · ',
      );
      if (at !== '') item.append(id === null ? at : el('a', { href: `#fork-${id}`, class: 'place' }, at));
      also.append(item);
    }
    row('also', also);
  }
  row('docs', el('span', { class: 'place' }, hazard.docs));
  const picture = hazardGraph(hazard);
  details.append(el('div', { class: 'body' }, list, picture ?? ''));
  return details;
}

export const CARDS = [graph, hazardGraph, placeText, hazardCard];
