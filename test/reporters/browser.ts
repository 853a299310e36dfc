import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { toHtml } from '../../src/reporters/html';
import { readRun } from '../../src/reporters/read';
import { SAMPLE_CWD } from './sample';

const browserPath = spawnSync(
  'sh',
  ['-c', 'command -v chromium || command -v chromium-browser || command -v google-chrome'],
  { encoding: 'utf8' },
).stdout.trim();

export const browserIt = browserPath === '' ? it.skip : it;

export interface Reports {
  /** What the page says to the console, and its errors. */
  readonly complaints: string[];
  /** Each address that the page asks for; the first is its own. */
  readonly requests: string[];
  open(records: string, width?: number, colorScheme?: 'dark' | 'light', hash?: string): Promise<Page>;
}

/** A browser for the tests of this `describe`. */
export function reportsInBrowser(): Reports {
  let dir: string;
  let browser: Browser | undefined;
  const complaints: string[] = [];
  const requests: string[] = [];

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'page-'));
    if (browserPath) browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(dir, { recursive: true, force: true });
  });
  beforeEach(() => {
    complaints.length = 0;
    requests.length = 0;
  });

  async function open(
    records: string,
    width = 1280,
    colorScheme: 'dark' | 'light' = 'light',
    hash = '',
  ): Promise<Page> {
    const file = join(dir, 'report.html');
    writeFileSync(file, toHtml(readRun(records), SAMPLE_CWD));
    const page = await (browser as Browser).newPage({ viewport: { width, height: 900 }, colorScheme });
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('dialog', (dialog) => {
      complaints.push('dialog');
      dialog.dismiss().catch(() => {});
    });
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(pathToFileURL(file).href + hash);
    return page;
  }
  return { complaints, requests, open };
}
