// mdBook: name this file in `additional-js` of book.toml's [output.html], and put the folder that `./x dist` makes into
// `src/playground/`. A block of
//
//   ```yaml,playground
//
// becomes an element; `figure` or `full` behind it choose its size, `ready` where it begins. Without scripts it stays a block.
(() => {
  const root = new URL('playground/', new URL(typeof path_to_root === 'undefined' ? './' : path_to_root, document.baseURI));
  const blocks = [...document.querySelectorAll('code.playground, code.language-yaml\\,playground')];
  if (!blocks.length) return;
  for (const code of blocks) {
    const block = code.closest('pre');
    const element = document.createElement('statefulset-playground');
    for (const size of ['figure', 'full']) if (code.classList.contains(size)) element.setAttribute('size', size);
    if (code.classList.contains('ready')) element.setAttribute('step', 'ready');
    block.replaceWith(element);
    element.append(block);
  }
  const script = document.createElement('script');
  script.type = 'module';
  script.src = new URL('pkg/element.js', root);
  document.head.append(script);
})();
