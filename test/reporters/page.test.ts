import type { Page } from 'playwright-core';
import { forkRecord, hazardRecord } from '../../src/render';
import { browserIt, reportsInBrowser } from './browser';
import { fork, hostile, waitCycle } from './sample';
import { sampleRun } from './sample-run';

describe('the page in a browser (needs chromium)', () => {
  const { complaints, requests, open } = reportsInBrowser();

  /** Not `waitForFunction`: the policy of the page forbids to evaluate text in it. */
  async function until(page: Page, condition: string): Promise<void> {
    for (let i = 0; i < 250 && !(await page.evaluate(condition)); i++)
      await new Promise((again) => setTimeout(again, 20));
    expect([condition, await page.evaluate(condition)]).toEqual([condition, true]);
  }

  const cards = (page: Page): Promise<string[]> =>
    page.locator('details.card:visible .rule').allTextContents();

  browserIt('draws processes, forks, hazards and waits, and asks the network for nothing', async () => {
    const page = await open(sampleRun);
    expect(await cards(page)).toEqual([
      'wait-cycles',
      'shared-locks',
      'inheritable-descriptors',
      'lingering-stdio',
      'unread-output',
    ]);
    expect(await page.locator('#drawing .life').count()).toBe(10);
    expect(await page.locator('#drawing .connector:not([d=""])').count()).toBe(10);
    expect(await page.locator('#drawing .forked').count()).toBe(9);
    expect(await page.locator('#drawing .mark').count()).toBe(5);
    expect(await page.locator('#forkrows tr').count()).toBe(9);
    expect(await page.locator('#hazard-0 .graph .box').count()).toBe(2);
    expect(await page.locator('#hazard-0 .legend li').allTextContents()).toEqual([
      'the main thread → child curl: to exit',
      'child curl → the main thread: to accept its connection to 127.0.0.1:38943',
    ]);
    expect(await page.locator('#hazard-0 pre').allTextContents()).toContain(
      "server.listen(0, '127.0.0.1', () => {",
    );
    expect(complaints).toEqual([]);
    expect(requests).toHaveLength(1);
    await page.close();
  });

  for (const width of [400, 1280]) {
    for (const scheme of ['dark', 'light'] as const) {
      browserIt(`is readable ${scheme} and ${width} wide`, async () => {
        const page = await open(sampleRun, width, scheme);
        const sizes = await page.evaluate('[document.documentElement.scrollWidth, innerWidth]');
        expect(sizes).toEqual([width, width]);
        const contrasts = (await page.evaluate(CONTRAST)) as { text: string; ratio: number }[];
        expect(contrasts.length).toBeGreaterThan(50);
        expect(contrasts.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
        await page.close();
      });
    }
  }

  browserIt('searches and filters', async () => {
    const page = await open(sampleRun);
    await page.fill('#search', 'FFPROBE');
    expect(await cards(page)).toEqual(['unread-output']);
    expect(await page.locator('#forkrows tr:visible').count()).toBe(1);
    expect(await page.textContent('#shown')).toBe('1 of 5 shown');
    expect(await page.textContent('#forksshown')).toBe('1 of 9 shown');
    expect(await page.locator('#drawing .faint').count()).toBe(4);
    await page.click('#clear');
    await page.click('button[data-severity=error]');
    expect(await cards(page)).toEqual(['shared-locks', 'inheritable-descriptors', 'lingering-stdio']);
    await page.selectOption('#rule', 'shared-locks');
    expect(await cards(page)).toEqual(['shared-locks']);
    await page.close();
  });

  browserIt('shows with a rule the forks that have such a hazard', async () => {
    const page = await open(sampleRun);
    const rows = (): Promise<string[]> =>
      page.locator('#forkrows tr:visible td[data-label="child"] .command').allTextContents();
    await page.selectOption('#rule', 'shared-locks');
    expect(await rows()).toEqual(['redis-server']);
    expect(await page.textContent('#forksshown')).toBe('1 of 9 shown');
    await page.click('button[data-severity=warning]');
    expect(await rows()).toEqual([]);
    await page.selectOption('#rule', '');
    // those without a hazard stay
    expect(await rows()).toHaveLength(7);
    await page.click('button[data-severity=warning]');
    expect(await rows()).toHaveLength(9);
    await page.close();
  });

  browserIt('works from the keyboard', async () => {
    const page = await open(sampleRun);
    const focused = (): Promise<unknown> =>
      page.evaluate('document.activeElement.closest("details")?.id ?? document.activeElement.id');
    await page.keyboard.press('/');
    expect(await focused()).toBe('search');
    await page.keyboard.type('classic-level');
    expect(await cards(page)).toEqual(['shared-locks']);
    await page.keyboard.press('Escape');
    expect(await page.inputValue('#search')).toBe('');
    expect(await cards(page)).toHaveLength(5);
    await page.locator('#clear').focus();
    await page.keyboard.press('j');
    expect(await focused()).toBe('hazard-0');
    await page.keyboard.press('j');
    expect(await focused()).toBe('hazard-1');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.getElementById("hazard-1").open')).toBe(false);
    await page.keyboard.press('k');
    expect(await focused()).toBe('hazard-0');
    await page.close();
  });

  browserIt('leads from the time line to the hazard and from there to its fork', async () => {
    const page = await open(sampleRun);
    await page.evaluate('document.getElementById("hazard-4").open = false');
    await page.locator('#drawing a[data-hazards~="4"]').first().focus();
    await page.keyboard.press('Enter');
    await until(page, 'document.activeElement.closest("#hazard-4[open]") !== null');
    await page.click('#hazard-4 a');
    await until(page, 'document.activeElement.id === "fork-7060-0-2"');
    await page.close();
    const direct = await open(sampleRun, 1280, 'light', '#hazard-3');
    await until(direct, 'document.activeElement.closest("#hazard-3") !== null');
    await direct.close();
  });

  browserIt('looks like a link only where it is one', async () => {
    const page = await open(sampleRun);
    const colours = (selector: string): Promise<unknown> =>
      page.evaluate(
        `[...new Set([...document.querySelectorAll('${selector}')].map((e) => getComputedStyle(e).color))]`,
      );
    const [link] = (await colours('a.place')) as string[];
    expect(link).toMatch(/^rgb/);
    expect(await colours('.place:not(a)')).not.toContain(link);
    await page.close();
  });

  browserIt('changes its theme, and prints everything', async () => {
    const page = await open(sampleRun, 1280, 'light');
    const ground = (): Promise<unknown> => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const light = await ground();
    await page.click('#theme');
    expect(await page.textContent('#theme')).toBe('theme: dark');
    expect(await ground()).not.toBe(light);
    await page.emulateMedia({ media: 'print' });
    expect(await ground()).toBe('rgb(255, 255, 255)');
    expect(await page.locator('.filters').isVisible()).toBe(false);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
    await page.close();
  });

  browserIt('shows what others wrote as text', async () => {
    const attack =
      '</script><script>alert(1)</script><img src=x onerror=alert(1)>"\'><svg onload=alert(1)>{{7*7}}';
    const record = JSON.stringify({ ...forkRecord(fork(attack, 1, attack)), args: [attack] });
    const page = await open(
      `${JSON.stringify(hazardRecord({ ...hostile(attack), fork: attack }))}\n${record}\n`,
    );
    expect(await page.textContent('#hazard-0 .what')).toContain(attack);
    expect(await page.locator('img, svg[onload], #cards script').count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(requests).toHaveLength(1);
    await page.close();
  });

  browserIt('stands records that were forged', async () => {
    const attack = '<!--<script>\u2028</style><base href=//x><a href=javascript:alert(1)>]]>&lt;';
    const lines = sampleRun
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const forged = lines.flatMap((record, index) => [
      {
        ...record,
        pid: [-1, 0.5, 1e308][index % 3],
        fork: attack,
        id: attack,
        fingerprint: `${attack}${index}`,
      },
      { ...record, time: ['', 'never', '+275760-09-13T00:00:00Z', '-271821-04-20T00:00:00Z'][index % 4] },
      {
        ...record,
        child: { pid: record.pid, command: attack },
        docs: 'javascript:alert(1)',
        blockedMs: -1e300,
      },
      { ...record, waits: [{ waiter: attack, on: attack, until: attack }], threads: 1e308, opened: attack },
    ]);
    const page = await open(forged.map((record) => JSON.stringify(record)).join('\n'));
    for (const link of await page.locator('a').all())
      expect(await link.getAttribute('href')).toMatch(/^#(hazard|fork)-/);
    for (const link of await page.locator('#cards a').all()) await link.evaluate('(link) => link.click()');
    await page.fill('#search', attack);
    expect(await page.locator('base, img, #cards script, #forkrows script').count()).toBe(0);
    expect(complaints).toEqual([]);
    expect(requests).toHaveLength(1);
    await page.close();
  });

  browserIt('says so when there is nothing, and stands a large run', async () => {
    const empty = await open('');
    expect(await empty.locator('#nothing').isVisible()).toBe(true);
    expect(await empty.locator('#forks').isVisible()).toBe(false);
    await empty.close();
    const lines: string[] = [];
    for (let i = 0; i < 5000; i++) {
      lines.push(
        JSON.stringify(
          forkRecord(
            fork(`f${i}`, 100, `tool ${i}`, {
              time: waitCycle.time + i,
              child: { pid: 200 + i, command: 't' },
            }),
          ),
        ),
      );
      if (i % 10 === 0)
        lines.push(
          JSON.stringify(hazardRecord({ ...waitCycle, fingerprint: `x${i}`, time: waitCycle.time + i })),
        );
    }
    const page = await open(lines.join('\n'));
    expect(await page.locator('details.card').count()).toBe(500);
    expect(await page.textContent('#left')).toMatch(
      /^\d+ processes that made no fork and have no hazard are not drawn\.$/,
    );
    expect(complaints).toEqual([]);
    await page.close();
  });
});

/** Contrast of each visible text with the nearest painted ground (WCAG 2.1, 1.4.3). */
const CONTRAST = `(() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((c) => (c /= 255) <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const all = [];
  for (const element of document.querySelectorAll('body *')) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest('svg, noscript, script')) continue;
    let ground = element;
    while (ground && rgb(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(rgb(getComputedStyle(ground ?? document.body).backgroundColor))].sort((x, y) => y - x);
    all.push({ text: element.textContent.slice(0, 40), ratio: (a + 0.05) / (b + 0.05) });
  }
  return all;
})()`;
