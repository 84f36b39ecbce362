// What page tests share: a browser page that notes every error and every request that leaves the site.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { after, afterEach, before, beforeEach } from 'node:test';
import { launch } from '../../scripts/page.mjs';
import { serve } from './server.mjs';

export { launch };
const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {{ width?: number, height?: number, scheme?: 'light' | 'dark', locale?: string, isQuiet?: boolean }} [how]
 *   where `isQuiet`, errors are expected and not noted
 */
export async function open(browser, url, { width = 1280, height = 800, scheme = 'light', locale = 'en', isQuiet = false } = {}) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: scheme, locale, reducedMotion: 'reduce', hasTouch: width < 700,
  });
  const page = await context.newPage();
  const troubles = [];
  if (!isQuiet) {
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && troubles.push(message.text()));
    page.on('pageerror', (error) => troubles.push(String(error.stack)));
    page.on('requestfailed', (request) => troubles.push(`failed: ${request.url()}`));
  }
  page.on('request', (request) => request.url().startsWith(url.replace(/[?#].*/, '')) || troubles.push(`left the site: ${request.url()}`));
  await page.goto(url);
  await page.locator('.header, [role=alert]').first().waitFor();
  return {
    page,
    /** Ends the visit; nothing may have gone wrong in it. */
    async close() {
      await context.close();
      assert.deepEqual(troubles, []);
    },
  };
}

/** What {@link visitEach} opened. */
export let browser;
export let site;
export let visit;
export let page;

/** Each test of the file begins with a visit to the page; nothing may have gone wrong when it ends. */
export function visitEach() {
  before(async () => {
    browser = await launch();
    site = await serve();
  });
  after(async () => {
    await browser.close();
    site.stop();
  });
  beforeEach(async () => {
    visit = await open(browser, site.url);
    page = visit.page;
  });
  afterEach(() => visit.close());
}

/** What the engine says of the moment: equal texts are equal states. */
export const state = (page) => page.evaluate(async () => {
  const { playground } = await import('./pkg/main.js');
  return (await playground).engine.snapshotText();
});
export const snapshot = async (page) => JSON.parse(await state(page));

/** The page after the frame that follows what was done. */
export const settled = (page) => page.evaluate(() => new Promise((resolve) => {
  requestAnimationFrame(() => requestAnimationFrame(resolve));
}));

/** Everything a reader sees of the cluster, as markup. */
export const drawn = async (page) => {
  await settled(page);
  return page.evaluate(() => ['cluster', 'why', 'events', 'terminal'].map((it) => document.getElementById(`panel-${it}`).innerHTML)
    .concat(document.querySelector('.lanes').innerHTML, document.querySelector('.header').innerHTML));
};

export async function steps(page, count) {
  const step = page.getByRole('button', { name: /^(Step|前进)$/ });
  for (let n = 0; n < count; n++) await step.click();
  await settled(page);
}

export async function assertAccessible(page, what) {
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => (await globalThis.axe.run()).violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.target).join(' ')}`));
  assert.deepEqual(violations, [], what);
}

export async function assertFits(page, what) {
  const overflow = await page.evaluate(() => {
    const root = document.documentElement;
    const wide = [...document.querySelectorAll('.panel, .transport, .header, .pod, .bar, .findings')]
      .filter((it) => it.scrollWidth > it.clientWidth + 1 && it.clientWidth).map((it) => it.className);
    return root.scrollWidth > innerWidth ? ['page', ...wide] : wide;
  });
  assert.deepEqual(overflow, [], `${what}: wider than its place`);
}

/** The article's manifests applied, and their pods all ready. */
export async function ready(page) {
  await steps(page, 6);
  await page.getByRole('button', { name: /^(Until ready|直到就绪)$/ }).click();
  await settled(page);
}
