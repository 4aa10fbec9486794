import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { summarize } from '../../lib/domain/summary.ts';
import { findChromium } from '../../lib/local/chromium.ts';
import type { Answer } from '../../lib/pages/answer.ts';
import { approvalPage } from '../../lib/pages/approval.ts';
import { readDecision } from '../../lib/pages/decision.ts';
import { maintenancePage } from '../../lib/pages/maintenance.ts';
import { pageOf } from '../support/report.ts';
import { request, vote } from './fixtures/approvals.ts';
import { copyProof } from './fixtures/documents.ts';
import { blockedPreflight, largeRehearsal, unwoundCutover } from './fixtures/large.ts';
import { at } from './fixtures/play.ts';
import { cutoverRun, failedRun, rehearsalRun } from './fixtures/runs.ts';

const CHROMIUM = findChromium();
const name = 'in a real browser';
const inBrowser = CHROMIUM === undefined ? describe.skip : describe;

const ASKED = '2026-11-21T20:14:03.120Z';
const go = request('go', ASKED, 120);
const view = {
  request: go,
  votes: [vote(go, 'bob@example.com', 'approve', at(ASKED, 60))],
  outcome: null,
  approver: 'carol@example.com',
  path: '/approvals/x/y',
  now: Date.parse(ASKED) + 60_000,
};
const long = copyProof('scratch', at(ASKED, 2));
const longNames = [...long.tables, ...long.tables, ...long.tables].map((table) => ({
  ...table,
  table: `public.${'x'.repeat(63)}`,
  rowsSource: 123_456_789,
}));

const asAnswer = (body: string): Answer => ({ statusCode: 200, headers: { 'content-type': 'text/html' }, body });
const pages: Readonly<Record<string, Answer>> = {
  '/cutover': asAnswer(pageOf(summarize(cutoverRun()))),
  '/rehearsal': asAnswer(pageOf(summarize(rehearsalRun()))),
  '/failed': asAnswer(pageOf(summarize(failedRun()))),
  '/large': asAnswer(pageOf(summarize(largeRehearsal()))),
  '/blocked': asAnswer(pageOf(summarize(blockedPreflight()))),
  '/unwound': asAnswer(pageOf(summarize(unwoundCutover()))),
  '/long': asAnswer(pageOf(summarize(rehearsalRun({ copies: [{ ...long, tables: longNames }] })))),
  '/approvals/x/y': approvalPage(view),
  '/voted': approvalPage({ ...view, approver: 'bob@example.com' }),
  '/switch': approvalPage({ ...view, request: request('switch', ASKED, 60), votes: [], outSince: at(ASKED, -90) }),
  '/maintenance': asAnswer(maintenancePage('Retool')),
};

// A machine without a browser says here that these tests were left out.
inBrowser(CHROMIUM === undefined ? `${name} (skipped: no chromium is installed)` : name, () => {
  let browser: Browser;
  let server: Server;
  let origin: string;
  const posted: string[] = [];

  beforeAll(async () => {
    server = createServer(async (incoming, response) => {
      if (incoming.method === 'POST') {
        let body = '';
        for await (const chunk of incoming) body += chunk;
        posted.push(body);
        const read = readDecision(body, go.lease.run);
        const answer = approvalPage(
          read.kind === 'decision' ? { ...view, approver: 'bob@example.com' } : { ...view, notice: read.problem },
        );
        response.writeHead(answer.statusCode, answer.headers).end(answer.body);
        return;
      }
      const answer = pages[incoming.url ?? ''] ?? { statusCode: 404, headers: {}, body: '' };
      response.writeHead(answer.statusCode, answer.headers).end(answer.body);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await chromium.launch({
      executablePath: CHROMIUM!,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });

  afterAll(async () => {
    await browser?.close();
    server?.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  /** Opens a page and notes what it says on the console and what it asks for. */
  async function open(path: string, width: number): Promise<{ page: Page; said: string[]; asked: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 844 } });
    const said: string[] = [];
    const asked: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('request', (one) => {
      if (!one.url().startsWith('data:')) asked.push(one.url());
    });
    await page.goto(origin + path, { waitUntil: 'load' });
    return { page, said, asked };
  }

  test.each(Object.keys(pages).flatMap((path) => [[path, 390] as const, [path, 1280] as const]))(
    '%s at %d pixels scrolls only down, says nothing on the console and asks for nothing else',
    async (path, width) => {
      const { page, said, asked } = await open(path, width);
      const scrolls = await page.evaluate('document.documentElement.scrollWidth');
      await page.close();
      expect(scrolls).toBe(width);
      // The browser itself notes every answer of 400 and above.
      expect(
        said.filter((text) => !text.startsWith('Failed to load resource: the server responded with a status of 503')),
      ).toEqual([]);
      expect(asked).toEqual([origin + path]);
    },
  );

  test('at 390 pixels nothing of a large report sticks out, not even what waits behind a click', async () => {
    const { page } = await open('/large', 390);
    const sticking = await page.evaluate(`(() => {
      for (const details of document.querySelectorAll('details')) details.open = true;
      const scrolls = (element) => element.closest('.wide') !== null;
      return [...document.querySelectorAll('main *')]
        .filter((element) => !scrolls(element) && element.getBoundingClientRect().right > innerWidth + 0.5)
        .map((element) => element.outerHTML.slice(0, 120));
    })()`);
    await page.close();
    expect(sticking).toEqual([]);
  });

  test('every link within a report leads somewhere, and its headings leave out no level', async () => {
    const { page } = await open('/large', 1280);
    const links = "[...document.querySelectorAll('a[href^=\"#\"]')].map((link) => link.getAttribute('href'))";
    const broken = await page.evaluate(`${links}.filter((href) => document.querySelector(href) === null)`);
    const levels: number[] = await page.evaluate(
      "[...document.querySelectorAll('h1, h2, h3, h4')].map((heading) => Number(heading.tagName[1]))",
    );
    await page.close();
    expect(broken).toEqual([]);
    expect(levels[0]).toBe(1);
    expect(levels.slice(1).filter((level, index) => level > levels[index]! + 1 || level === 1)).toEqual([]);
  });

  test('the style is admitted by its hash: the page is not bare', async () => {
    const { page } = await open('/approvals/x/y', 1280);
    expect(await page.evaluate("getComputedStyle(document.querySelector('button.approve')).backgroundColor")).toBe(
      'rgb(11, 113, 72)',
    );
    await page.close();
  });

  test('its fields are found by their labels, its buttons by their words', async () => {
    const { page } = await open('/approvals/x/y', 390);
    expect(await page.getByLabel('Type your decision').count()).toBe(1);
    expect(await page.getByLabel('Comment').count()).toBe(1);
    expect(await page.getByRole('button').allTextContents()).toEqual(['Approve', 'Reject']);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Begin the freeze?');
    await page.close();
  });

  test('a typed phrase and a button decide; the wrong phrase and the Enter key do not', async () => {
    const { page } = await open('/approvals/x/y', 390);
    const phrase = page.getByLabel('Type your decision');
    posted.length = 0;

    await phrase.fill('approve');
    await page.getByRole('button', { name: 'Approve' }).click();
    expect(posted).toEqual([]);

    // Enter presses the first button, which says "approve"; the phrase says "reject".
    await phrase.fill(`reject ${go.lease.run}`);
    await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      phrase.press('Enter'),
    ]);
    expect(posted.map((body) => readDecision(body, go.lease.run).kind)).toEqual(['mistyped']);
    expect(await page.getByRole('alert').textContent()).toContain('Nothing was decided');

    await page.getByLabel('Type your decision').fill(`approve ${go.lease.run}`);
    await page.getByLabel('Comment').fill('Support is informed & ready');
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('Your vote is recorded.').waitFor();
    expect(posted.map((body) => readDecision(body, go.lease.run)).at(-1)).toEqual({
      kind: 'decision',
      decision: { decision: 'approve', digest: go.digest, comment: 'Support is informed & ready' },
    });
    await page.close();
  });

  test('on paper the tables behind the click are printed as well', async () => {
    const { page } = await open('/long', 1280);
    const visible = "document.querySelector('details table').checkVisibility()";
    expect(await page.evaluate(visible)).toBe(false);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    expect(await page.evaluate(visible)).toBe(true);
    expect(await page.evaluate("document.querySelector('summary').checkVisibility()")).toBe(true);
    expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(20_000);
    await page.close();
  });
});
