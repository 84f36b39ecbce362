// @ts-check
// Where the files of the site are: beside the folder that `./x build` bundles these scripts into. In a build that holds
// everything itself `inlined.js` takes the place of this file.

/** @param {string} path below www */
export const address = (path) => new URL(`../${path}`, import.meta.url);

/** Whether there is a site that links and elements can lead to. */
export const hasSite = true;

/** @param {string} path below www */
export async function readText(path) {
  const response = await fetch(address(path));
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response.text();
}

/** The engine's own script. Not a literal: it is no part of the bundle. @returns {Promise<typeof import('./pkg/statefulset_playground.js')>} */
export const importEngine = () => import(address('pkg/statefulset_playground.js').href);

/** @param {typeof import('./pkg/statefulset_playground.js')} engine which it compiles */
export const startEngine = (engine) => engine.default();

/** The page as one file, for whoever takes it along. */
export const readWhole = () => readText('playground.html');
