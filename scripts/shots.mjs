// Eight states of the page, in two widths, two themes and two languages: target/shots/*.png, to be looked at.
// ./x build, then ./x shots.
import { mkdirSync } from "node:fs";
import { launch, serve } from "./page.mjs";

const FOLDER = "target/shots";
const SET = `apiVersion: v1
kind: Service
metadata: {name: nginx}
spec: {clusterIP: None, selector: {app: nginx}, ports: [{name: web, port: 80}]}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: web
spec:
  serviceName: nginx
  replicas: 3
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec:
      containers:
      - name: nginx
        image: nginx:1.9.1
        ports: [{containerPort: 80}]
  volumeClaimTemplates:
  - metadata: {name: www}
    spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}
`;
const many = SET.replace("replicas: 3", "replicas: 200\n  podManagementPolicy: Parallel");
const ready = { do: "step", size: "ready" };
const WIDE = [1440, 900];
const PHONE = [390, 844];

/** Each: what the reader does, then how the page is looked at. @type {[string, number[], "light" | "dark", string, object[]][]} */
const STATES = [
  ["start", WIDE, "light", "en", []],
  ["ordered-creation", WIDE, "dark", "zh-CN", [load(SET), ...steps(30)]],
  ["claims-stay", WIDE, "light", "zh-CN", [load(SET), ready, ready, type("kubectl delete pod web-0 --wait=false"), ready, type("kubectl scale sts web --replicas=2"), ready]],
  ["by-node", WIDE, "dark", "en", [load(SET), ready, type("fault node node-2 down"), ...steps(6), { do: "by", by: "node" }]],
  ["two-hundred", WIDE, "light", "en", [load(many), ...steps(420)]],
  ["phone", PHONE, "light", "zh-CN", [load(SET), ...steps(30)]],
  ["phone-node", PHONE, "dark", "en", [load(SET), ready, { do: "by", by: "node" }]],
  ["phone-why", PHONE, "dark", "zh-CN", [load(SET), ...steps(30), { do: "tab", tab: "why" }]],
];

mkdirSync(FOLDER, { recursive: true });
const site = await serve();
const browser = await launch();
for (const [name, [width, height], scheme, locale, commands] of STATES) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale, reducedMotion: "reduce" });
  const page = await context.newPage();
  await page.goto(site.url);
  await page.locator(".header").waitFor();
  await page.evaluate(async (all) => {
    const { playground } = await import("./pkg/main.js");
    const { dispatch } = await playground;
    for (const it of all) dispatch(it);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }, commands.flat());
  await page.screenshot({ path: `${FOLDER}/${name}-${width}-${scheme}-${locale}.png` });
  console.log(`${FOLDER}/${name}-${width}-${scheme}-${locale}.png`);
  await context.close();
}
await browser.close();
site.stop();

function load(text) {
  return [{ do: "edit", text }, { do: "run" }];
}
function type(line) {
  return { do: "type", line };
}
function steps(count) {
  return Array.from({ length: count }, () => ({ do: "step", size: "change" }));
}
