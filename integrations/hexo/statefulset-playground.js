// Hexo: put this file into the site's `scripts/` folder, and the folder that `./x dist` makes into `source/playground/`
// (with `skip_render: playground/**` in _config.yml). In an article:
//
//   {% playground size:figure step:ready %}
//   apiVersion: apps/v1
//   kind: StatefulSet
//   …
//   {% endplayground %}
//
// `playground_root` in _config.yml names another place of that folder.
'use strict';

const escaped = (text) => String(text).replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

hexo.extend.tag.register('playground', (args, content) => {
  const root = hexo.config.playground_root || `${hexo.config.root || '/'}playground/`;
  const attributes = args.map((it) => {
    const [name, ...value] = it.split(':');
    return /^[a-z]+(?:-[a-z]+)*$/.test(name) ? ` ${name}="${escaped(value.join(':'))}"` : '';
  });
  return `<script type="module" src="${escaped(root)}pkg/element.js"></script>`
    + `<statefulset-playground${attributes.join('')}><pre><code class="language-yaml">${escaped(content.trim())}\n</code></pre></statefulset-playground>`;
}, { ends: true });
