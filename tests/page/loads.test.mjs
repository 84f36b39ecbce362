// The page stands on any static server under any path, in each language, theme and width, and is clean in each state.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertAccessible, assertFits, launch, open, settled, steps } from './page.mjs';
import { serve } from './server.mjs';

let browser;
let site;
before(async () => {
  browser = await launch();
  site = await serve({ path: '/some/where/' });
});
after(async () => {
  await browser.close();
  site.stop();
  assert.deepEqual(site.missing, [], 'nothing is asked for that is not there');
});

for (const width of [1280, 390]) {
  for (const scheme of /** @type {const} */ (['light', 'dark'])) {
    for (const locale of ['en', 'zh-CN']) {
      test(`${width} px, ${scheme}, ${locale}: stands, fits, and is accessible`, async () => {
        const visit = await open(browser, site.url, { width, scheme, locale });
        const { page } = visit;
        assert.equal(await page.getAttribute('html', 'lang'), locale);
        assert.equal(await page.title(), locale === 'en' ? 'StatefulSet playground' : 'StatefulSet 演练场');
        await assertAccessible(page, 'before the first step');
        await steps(page, 6);
        await assertAccessible(page, 'after some steps');
        await assertFits(page, 'after some steps');
        for (const tab of await page.getByRole('tab').all()) {
          await tab.click();
          await settled(page);
          assert.equal(await tab.getAttribute('aria-selected'), 'true');
          await assertAccessible(page, await tab.textContent());
          await assertFits(page, await tab.textContent());
        }
        await visit.close();
      });
    }
  }
}

for (const width of [320, 600, 720, 1024, 1100, 2560]) {
  test(`${width} px: nothing is wider than its place`, async () => {
    const visit = await open(browser, site.url, { width, height: 640 });
    await steps(visit.page, 8);
    for (const tab of await visit.page.getByRole('tab').all()) {
      await tab.click();
      await settled(visit.page);
      await assertFits(visit.page, await tab.textContent());
    }
    await visit.close();
  });
}

test('targets are at least 24 px', async () => {
  const visit = await open(browser, site.url, { width: 390, height: 844 });
  await steps(visit.page, 6);
  for (const tab of await visit.page.getByRole('tab').all()) {
    await tab.click();
    await settled(visit.page);
    const small = await visit.page.evaluate(() => [...document.querySelectorAll('button, select, input, summary')]
      .map((it) => [it.getBoundingClientRect(), it.outerHTML.slice(0, 80)])
      .filter(([{ width, height }]) => width && (width < 24 || height < 24)).map(([, it]) => it));
    assert.deepEqual(small, []);
  }
  await visit.close();
});

test('forced colours and print leave the words', async () => {
  const visit = await open(browser, site.url);
  await steps(visit.page, 6);
  await visit.page.emulateMedia({ forcedColors: 'active' });
  await assertFits(visit.page, 'forced colours');
  await visit.page.emulateMedia({ media: 'print', forcedColors: 'none' });
  assert.ok(await visit.page.getByText('statefulset/web').first().isVisible());
  await visit.close();
});
