// The documentation pages in a browser: node pages.mjs SCENARIO, with BASE_URL and CHROMIUM in the environment.
// Prints what the page asked for and complained about; SCREENSHOTS names a folder for a picture of it.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const { BASE_URL, CHROMIUM, SCREENSHOTS } = process.env;
const scenario = process.argv[2];

const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
const page = await browser.newPage({ viewport: { width: 1280, height: 1400 } });
const seen = { requests: 0, elsewhere: [], complaints: [] };
page.on("request", (request) => {
  seen.requests++;
  if (!/^(data|blob):/.test(request.url()) && new URL(request.url()).origin !== BASE_URL)
    seen.elsewhere.push(request.url());
});
page.on("console", (message) => {
  if (message.type() === "error") seen.complaints.push(`${message.text()} ${message.location().url}`);
});
page.on("pageerror", (error) => seen.complaints.push(String(error)));

const scenarios = {
  async swagger() {
    await page.goto(`${BASE_URL}/docs`);
    await page.locator(".opblock").first().waitFor();
    const switcher = page.locator(".topbar select");
    const documents = await switcher.locator("option").allTextContents();
    assert.ok(documents.length >= 1, "no documents to switch between");
    // From each document to the next, and back to the first.
    for (const name of [...documents.slice(1), documents[0]]) {
      const path = await switcher
        .locator("option")
        .evaluateAll((options, label) => options.find((option) => option.textContent === label).value, name);
      const loaded = documents.length > 1
        ? page.waitForResponse((response) => response.url().endsWith(path) && response.ok())
        : Promise.resolve();
      await switcher.selectOption({ label: name });
      await loaded;
      await page.locator(".opblock").first().waitFor();
    }

    const health = page.locator(".opblock", { has: page.locator('[data-path="/health"]') });
    await health.locator(".opblock-summary").click();
    await health.getByRole("button", { name: "Try it out" }).click();
    await health.getByRole("button", { name: "Execute" }).click();
    const status = health.locator(".live-responses-table .response-col_status").last();
    await status.waitFor();
    assert.match(await status.innerText(), /^200/);
    assert.match(await health.locator(".live-responses-table").innerText(), /"status": "healthy"/);
  },

  async redoc() {
    await page.goto(`${BASE_URL}/redoc`);
    await page.locator('[data-section-id] h1, [data-section-id] h2').first().waitFor();
    await page.getByText("/health").first().waitFor();
  },
};

try {
  await scenarios[scenario]();
} finally {
  if (SCREENSHOTS) await page.screenshot({ path: `${SCREENSHOTS}/${scenario}.png` });
  await browser.close();
}
console.log(JSON.stringify(seen));
