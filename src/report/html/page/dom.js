/** @typedef {Node | string} Child */

/**
 * A new element. Texts become text nodes: nothing from a journal is ever parsed as markup.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} tag
 * @param {Record<string, string>} [attributes]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
function html(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/**
 * @param {string} tag
 * @param {Record<string, string | number>} [attributes]
 * @param {...Child} children
 */
function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/**
 * @param {string} label
 * @param {() => void} press
 * @param {Record<string, string>} [attributes]
 */
function button(label, press, attributes = {}) {
  const element = html('button', { type: 'button', ...attributes }, label);
  element.addEventListener('click', press);
  return element;
}

/**
 * A table with a caption; the first cell of each row heads it.
 *
 * @param {string} caption
 * @param {readonly string[]} header
 * @param {readonly (readonly Child[])[]} rows
 */
function table(caption, header, rows) {
  const body = rows.map(([first = '', ...cells]) =>
    html('tr', {}, html('th', { scope: 'row' }, first), ...cells.map(cell => html('td', {}, cell))),
  );
  const titles = header.map(title => html('th', { scope: 'col' }, title));
  // Wide tables scroll by themselves, also by the keyboard.
  return html(
    'div',
    { class: 'scrolls', tabindex: '0', role: 'group', 'aria-label': caption },
    html(
      'table',
      {},
      html('caption', {}, caption),
      html('thead', {}, html('tr', {}, ...titles)),
      html('tbody', {}, ...body),
    ),
  );
}

/**
 * Something that is built when it is opened first: most readers open few tables.
 *
 * @param {string} summary
 * @param {() => Child} content
 * @param {Record<string, string>} [attributes]
 */
function details(summary, content, attributes = {}) {
  const element = html('details', attributes, html('summary', {}, summary));
  element.addEventListener('toggle', () => {
    if (element.open && element.childElementCount === 1) element.append(content());
  });
  return element;
}

let sections = 0;

/**
 * @param {string} title
 * @param {Record<string, string>} attributes
 * @param {...Child} children
 */
function section(title, attributes, ...children) {
  const id = `section-${++sections}`;
  return html('section', { 'aria-labelledby': id, ...attributes }, html('h2', { id }, title), ...children);
}
