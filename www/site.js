// @ts-check
// Where the files of the site are: beside the folder that `./x build` bundles these scripts into.

/** @param {string} path below www */
export const address = (path) => new URL(`../${path}`, import.meta.url);
