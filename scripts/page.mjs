// What page tests start from: www on a free port, and Chromium. `./x test` builds the engine and sets CHROMIUM.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("..", import.meta.url));

/** Serves www as `./x serve` does, policy included: `{ url, stop }`. */
export async function serve() {
  const server = spawn("target/debug/xtask", ["serve", "--port", "0"], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const failed = new Promise((_, reject) => {
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`the server stopped with ${code}: was ./x build run?`)));
  });
  failed.catch(() => {}); // after the first line, stopping is no failure
  const firstLine = new Promise((resolve) => createInterface(server.stdout).once("line", resolve));
  const line = await Promise.race([firstLine, failed]);
  return { url: line.split(" ").at(-1), stop: () => server.kill() };
}

/** A browser with an empty profile that asks nothing of the network. */
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
