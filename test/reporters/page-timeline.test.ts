import { spawnSync } from 'node:child_process';
import type { Page } from 'playwright-core';
import { forkRecord, hazardRecord, summaryRecord } from '../../src/render';
import { browserIt, reportsInBrowser } from './browser';
import { fork, inherited, waitCycle } from './sample';
import { sampleRun } from './sample-run';

const START = waitCycle.time;
const text = (records: readonly object[]): string =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

/** A hazard that the first process reports. */
const hazardAt = (ms: number, fingerprint: string, more: object = {}) =>
  hazardRecord({ ...inherited, pid: 100, fingerprint, time: START + ms, ...more });

const forkAt = (ms: number, pid: number, child: number, command = `tool ${child}`) =>
  forkRecord(fork(`${pid}-${child}`, pid, command, { time: START + ms, child: { pid: child, command } }));

describe('the time line (needs chromium)', () => {
  const { complaints, open } = reportsInBrowser();

  for (const width of [400, 1280]) {
    browserIt(`shows hazards at their times, however close they are, ${width} wide`, async () => {
      const times = Array.from({ length: 100 }, (_, i) => (i === 0 ? 0 : 30 + Math.round(i ** 1.2)));
      const page = await open(
        text(times.map((ms, i) => hazardAt(ms, `f${i}`, { severity: i === 40 ? 'error' : 'info' }))),
        width,
      );
      const links = await page.locator('#drawing a[data-hazards]').evaluateAll((all) =>
        all.map((link) => {
          const boxes = ['.mark', '.moment', '.tally'].flatMap((part) =>
            [...link.querySelectorAll(part)].map((each) => each.getBoundingClientRect()),
          );
          const picture = link.closest('td')?.getBoundingClientRect() as { left: number; right: number };
          return {
            inside: boxes.every(({ left, right }) => left >= picture.left && right <= picture.right),
            strokes: [...(link.querySelector('.moment')?.getAttribute('d') ?? '').matchAll(/M([\d.]+)/g)].map(
              ([, x]) => Number(x),
            ),
            x: Number(link.getAttribute('data-x')),
            hazards: (link.getAttribute('data-hazards') as string).split(' ').map(Number),
            tally: link.querySelector('.tally')?.textContent ?? '1',
            href: link.getAttribute('href'),
          };
        }),
      );
      expect(links.filter(({ inside }) => !inside)).toEqual([]);
      expect(links.flatMap(({ hazards }) => hazards).sort((a, b) => a - b)).toEqual(times.map((_, i) => i));
      expect(links.map(({ tally }) => Number(tally))).toEqual(links.map(({ hazards }) => hazards.length));
      const first = links[0]?.x as number;
      const last = Math.max(...links.flatMap(({ x, strokes }) => [x, ...strokes]));
      const place = (i: number): number =>
        first + ((last - first) * (times[i] as number)) / Math.max(...times);
      for (const { x, strokes, hazards, href } of links) {
        const places = [...hazards].sort((a, b) => a - b).map(place);
        expect(Math.abs(x - (places[0] as number))).toBeLessThan(0.3);
        for (const at of places)
          expect(Math.min(...[x, ...strokes].map((stroke) => Math.abs(stroke - at)))).toBeLessThan(0.3);
        // a mark shows the worst, and leads there
        expect(href).toBe(`#hazard-${hazards.includes(40) ? 40 : Math.min(...hazards)}`);
      }
      for (const [i, { x }] of links.entries())
        if (i > 0) expect(x - (links[i - 1]?.x as number)).toBeGreaterThanOrEqual(14);
      expect(await page.locator('#drawing .mark.error').count()).toBe(1);
      await page.close();
    });
  }

  browserIt('leads from a mark to the first of its hazards that is shown', async () => {
    const page = await open(
      text([hazardAt(0, 'a'), hazardAt(1, 'b', { rule: 'held-pipes' }), hazardAt(5000, 'c')]),
    );
    const mark = page.locator('#drawing a[data-hazards="0 1"]');
    expect(await mark.getAttribute('href')).toBe('#hazard-0');
    await page.selectOption('#rule', 'held-pipes');
    expect(await mark.getAttribute('href')).toBe('#hazard-1');
    expect(await page.locator('#drawing a.faint').count()).toBe(1);
    await page.close();
  });

  browserIt('lets a bar fade where a start is not recorded, and reach each report', async () => {
    const page = await open(
      text([
        forkAt(0, 100, 101),
        forkAt(1000, 101, 102),
        hazardAt(1500, 'a'),
        hazardAt(2000, 'b', { pid: 101 }),
        // the same hazard once more, in a process of which nothing else is known
        hazardAt(3000, 'a', { pid: 300 }),
        hazardAt(4000, 'b', { pid: 101 }),
        summaryRecord({ pid: 400, forks: 0, hazards: {}, gaps: 0 }),
      ]),
    );
    const rows = await page.locator('#drawing tbody tr').evaluateAll((all) =>
      all.map((row) => {
        const number = (selector: string, name: string): number =>
          Number(row.querySelector(selector)?.getAttribute(name));
        return {
          pid: row.querySelector('.pid')?.textContent,
          fades: [...row.querySelectorAll('.unknown')].map((bar) => bar.getAttribute('fill')),
          from: number('.life', 'x'),
          to: number('.life', 'x') + number('.life', 'width'),
          marks: [...row.querySelectorAll('a')].map((link) => Number(link.getAttribute('data-x'))),
        };
      }),
    );
    const rise = 'url(#rise)';
    const fade = 'url(#fade)';
    expect(rows.map(({ pid, fades }) => [pid, ...fades])).toEqual([
      ['100', rise, fade],
      ['101', fade],
      ['102', fade],
      ['300', rise, fade],
      ['400'],
    ]);
    for (const { from, to, marks } of rows)
      for (const x of marks) expect([x, from <= x && x <= to]).toEqual([x, true]);
    expect(rows[3]?.from).toBeGreaterThan(rows[1]?.from as number);
    expect(await page.locator('#drawing tbody tr').last().textContent()).toContain(
      'no record of it has a time',
    );
    expect(await page.locator('.key').textContent()).toContain('its start or its end is not recorded');
    await page.close();
  });

  browserIt('knows no start of what the child of a fork has started', async () => {
    const page = await open(
      text([
        forkAt(0, 100, 101, 'sh'),
        hazardAt(1000, 'a', { fork: '100-101', child: { pid: 102, command: 'sleep' } }),
      ]),
    );
    expect(await page.locator('#drawing tr', { hasText: 'sleep' }).locator('.unknown').count()).toBe(2);
    await page.close();
  });

  browserIt('has room for thousands of forks, and loses none that has a hazard', async () => {
    const forks = Array.from({ length: 3000 }, (_, i) => forkAt(i, 100, 1000 + i));
    const page = await open(text([...forks, hazardAt(2900, 'a', { fork: '100-3900' })]));
    expect(await page.locator('#forktable tbody tr').count()).toBe(2001);
    expect(await page.textContent('#forksshown')).toBe(
      '2001 of 3000 shown; 999 without a hazard have no row',
    );
    expect(await page.locator('[id="fork-100-3900"]').textContent()).toContain('tool 3900');
    const marks = page.locator('#drawing a[href^="#fork-"]');
    const labels = await marks.evaluateAll((all) => all.map((mark) => mark.getAttribute('aria-label')));
    expect(labels.length).toBeLessThan(300);
    const counts = labels.map((label) => Number(/^(\d+) forks/.exec(label as string)?.[1] ?? 1));
    expect(counts.reduce((a, b) => a + b, 0)).toBe(3000);
    expect(await marks.first().locator('title').textContent()).toMatch(/tool 1000\n.*and \d+ more$/s);
  });

  browserIt('says nothing of forks and times that it does not know', async () => {
    const page = await open(
      text([hazardAt(0, 'a'), summaryRecord({ pid: 100, forks: 1, hazards: { x: 1 }, gaps: 0 })]),
    );
    expect(await page.locator('#numbers').textContent()).toContain('1 fork1 process seen');
    expect(await page.textContent('#when')).toBe('recorded 2026-11-22 01:02:03.004 UTC');
    expect(await page.locator('#drawing .tick').allTextContents()).toEqual(['01:02:03.004 UTC']);
    expect(await page.textContent('#missing')).toContain('FORKGUARD_FORKS=1');
    expect(await page.locator('#forktable').isVisible()).toBe(false);
    await page.close();

    const numbers = async (records: readonly object[]): Promise<string> => {
      const other = await open(text(records));
      const all = (await other.locator('#numbers').textContent()) as string;
      expect(await other.locator('#missing').isVisible()).toBe(true);
      await other.close();
      return all;
    };
    const summary = (pid: number, forks: number) => summaryRecord({ pid, forks, hazards: {}, gaps: 0 });
    expect(await numbers([hazardAt(0, 'a')])).not.toContain('fork');
    expect(await numbers([hazardAt(0, 'a'), summary(100, 2), summary(100, 3)])).toContain('5 forks1');
    // it was killed
    expect(await numbers([hazardAt(0, 'a', { pid: 7 }), summary(100, 2)])).toContain('2 forks at least');
  });

  browserIt('counts the forks of what was killed by their records', async () => {
    const page = await open(
      text([forkAt(0, 7, 8), forkAt(1, 9, 10), summaryRecord({ pid: 9, forks: 1, hazards: {}, gaps: 0 })]),
    );
    expect(await page.locator('#numbers').textContent()).toContain('2 forks4');
    expect(await page.locator('#missing').isVisible()).toBe(false);
    await page.close();
  });

  const many = text([
    ...Array.from({ length: 60 }, (_, i) => forkAt(i * 50, 100, 200 + i)),
    ...Array.from({ length: 60 }, (_, i) => forkAt(i * 50 + 20, 200 + i, 300 + i)),
    hazardAt(1000, 'a'),
    hazardAt(2900, 'b', { pid: 230 }),
  ]);

  browserIt('is one stop of the Tab key, with arrow keys inside', async () => {
    const page = await open(many);
    const focused = (): Promise<unknown> =>
      page.evaluate('document.activeElement.id || document.activeElement.getAttribute("href")');
    const stops: unknown[] = [];
    for (let i = 0; i < 4; i++) {
      await page.keyboard.press('Tab');
      stops.push(await focused());
    }
    expect(stops).toEqual(['theme', 'print', '#fork-100-200', 'search']);
    await page.keyboard.press('Shift+Tab');
    const visited: unknown[] = [];
    for (const key of ['ArrowRight', 'ArrowDown', 'ArrowUp', 'End', 'ArrowRight', 'Home', 'ArrowUp']) {
      await page.keyboard.press(key);
      visited.push(await focused());
    }
    expect(visited).toEqual([
      '#fork-100-201',
      '#fork-200-300',
      '#fork-100-200',
      '#fork-100-259',
      '#fork-100-259',
      '#fork-100-200',
      '#fork-100-200',
    ]);
    await page.keyboard.press('End');
    await page.setViewportSize({ width: 700, height: 900 });
    await page.waitForTimeout(100);
    expect(await focused()).toBe('#fork-100-259');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('search');
    await page.keyboard.press('Shift+Tab');
    expect(await focused()).toBe('#fork-100-259');
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.closest("details").id')).toBe('hazard-0');
    await page.locator('#drawing a[tabindex="0"]').focus();
    await page.keyboard.press('/');
    expect(await focused()).toBe('search');
    expect(complaints).toEqual([]);
    await page.close();
  });

  describe('on paper', () => {
    const hasPdftotext = spawnSync('pdftotext', ['-v']).status === 0;
    const paperIt = hasPdftotext ? browserIt : it.skip;

    interface Word {
      text: string;
      right: number;
      bottom: number;
    }

    async function printed(page: Page): Promise<{ width: number; words: Word[] }[]> {
      const pdf = await page.pdf({ format: 'A4' });
      const { stdout } = spawnSync('pdftotext', ['-bbox', '-', '-'], { input: pdf, encoding: 'utf8' });
      return stdout
        .split('<page ')
        .slice(1)
        .map((part) => ({
          width: Number(/width="([\d.]+)"/.exec(part)?.[1]),
          words: [...part.matchAll(/xMax="([\d.]+)" yMax="([\d.]+)">([^<]*)</g)].map(
            ([, right, bottom, word]) => ({
              text: word as string,
              right: Number(right),
              bottom: Number(bottom),
            }),
          ),
        }));
    }

    paperIt.each([
      ['a long time line', many],
      ['a small report', sampleRun],
    ])('breaks %s well (needs pdftotext)', async (_, records) => {
      const page = await open(records);
      await page.locator('details.card').last().locator('summary').click();
      const pages = await printed(page);
      expect(pages.length).toBeGreaterThan(2);
      for (const { width, words } of pages) {
        expect(words.length).toBeGreaterThan(5);
        expect(words.filter(({ right }) => right > width - 20)).toEqual([]);
        const lowest = words.reduce((a, b) => (a.bottom >= b.bottom ? a : b));
        expect(['Processes', 'Hazards', 'Forks', 'read', 'shown', 'hazards']).not.toContain(lowest.text);
      }
      if (records === many) {
        const isTimeLine = pages.filter(({ words }) => words.some((word) => word.text === 'tool'));
        const onlyRows = isTimeLine.filter(({ words }) => !words.some((word) => word.text === 'inheritable'));
        expect(onlyRows.length).toBeGreaterThan(2);
        // the first has rows below its head, each has the times
        for (const { words } of onlyRows) {
          expect(words.filter((word) => word.text === 'tool').length).toBeGreaterThanOrEqual(5);
          expect(words.map((word) => word.text)).toContain('+2');
        }
      }
      // the screen is as it was
      expect(await page.locator('details.card').last().getAttribute('open')).toBeNull();
      expect(await page.locator('#drawing svg').first().getAttribute('width')).not.toBe('720');
      await page.close();
    });

    browserIt('has no scroll bars, and a picture as wide as the paper', async () => {
      const page = await open(sampleRun);
      await page.setViewportSize({ width: 700, height: 900 });
      await page.waitForTimeout(100);
      await page.emulateMedia({ media: 'print' });
      const scrolling = await page.evaluate(
        `[...document.querySelectorAll('main *')].filter((e) => /auto|scroll/.test(getComputedStyle(e).overflowX) && !/SELECT|INPUT/.test(e.tagName)).length`,
      );
      expect(scrolling).toBe(0);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(700);
      expect(
        await page
          .locator('#drawing svg')
          .first()
          .evaluate((svg) => svg.getBoundingClientRect().width),
      ).toBe(700);
      await page.close();
    });
  });
});
