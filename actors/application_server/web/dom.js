// Elements from values, and the smallest change from one tree to the next. Text goes in as text: there is no way from
// data to markup. Knows nothing of Sluice.

const svg_names = new Set(['svg', 'path', 'use', 'circle', 'rect', 'line', 'g', 'title']);

/**
 * An element. Properties: `on` is {event: listener}, `class`, `data` is {name: value}, `style` is {custom-property: value}
 * set through the CSSOM (a style attribute would be refused by the content security policy); true is an attribute
 * without value, false, null and undefined are none. Children: nodes, text, numbers, nested lists; null and false are
 * nothing. `key` ties a node to the same thing in the next tree; `keep` says that its inside is nobody else's business.
 */
export function h(name, properties, ...children) {
  const node = svg_names.has(name) ? document.createElementNS('http://www.w3.org/2000/svg', name)
                                   : document.createElement(name);
  for (const [property, value] of Object.entries(properties ?? {})) set(node, property, value);
  append(node, children);
  return node;
}

function set(node, property, value) {
  if (value === null || value === undefined || value === false) return;
  if (property === 'on') for (const [event, listener] of Object.entries(value)) listen(node, event, listener);
  else if (property === 'data') for (const [name, x] of Object.entries(value)) node.dataset[name] = x;
  else if (property === 'style') for (const [name, x] of Object.entries(value)) node.style.setProperty(name, x);
  else if (property === 'key') node.sluiceKey = String(value);
  else if (property === 'keep') node.sluiceKeep = true;
  else if (property === 'value' || property === 'checked' || property === 'selected') node[property] = value;
  else node.setAttribute(property, value === true ? '' : String(value));
}

function append(node, children) {
  for (const child of children.flat(Infinity))
    if (child !== null && child !== undefined && child !== false)
      node.append(child instanceof Node ? child : document.createTextNode(String(child)));
}

/** One listener per event and node; what it calls may be exchanged by patch(). */
function listen(node, event, listener) {
  node.sluiceOn ??= {};
  if (!(event in node.sluiceOn)) node.addEventListener(event, (x) => node.sluiceOn[event]?.(x));
  node.sluiceOn[event] = listener;
}

/** Makes the inside of `target` what `children` are, and leaves alone what is so already: focus, selection and scroll stay. */
export function show(target, ...children) {
  const wanted = document.createElement(target.localName);
  append(wanted, children);
  patchChildren(target, wanted);
}

function patchChildren(target, wanted) {
  const keyed = new Map();
  for (const node of target.childNodes) if (node.sluiceKey !== undefined) keyed.set(node.sluiceKey, node);
  let at = target.firstChild;
  for (const next of [...wanted.childNodes]) {
    const same = next.sluiceKey !== undefined ? keyed.get(next.sluiceKey) : fits(at, next) ? at : null;
    if (same && fits(same, next)) {
      if (same !== at) target.insertBefore(same, at);
      else at = at.nextSibling;
      patch(same, next);
    } else {
      target.insertBefore(next, at);
    }
  }
  while (at) {
    const following = at.nextSibling;
    at.remove();
    at = following;
  }
}

function fits(a, b) {
  return a !== null && a.nodeType === b.nodeType && a.nodeName === b.nodeName && a.sluiceKey === b.sluiceKey
         && a.sluiceKeep === b.sluiceKeep;
}

function patch(node, next) {
  if (node.nodeType === Node.TEXT_NODE) {
    if (node.data !== next.data) node.data = next.data;
    return;
  }
  if (node.sluiceKeep) return;
  for (const { name } of [...node.attributes])
    if (!next.hasAttribute(name) && name !== 'style' && !(node.localName === 'details' && name === 'open')) node.removeAttribute(name);
  for (const { name, value } of next.attributes)
    if (name !== 'style' && node.getAttribute(name) !== value) node.setAttribute(name, value);
  for (const name of next.style) {
    const value = next.style.getPropertyValue(name);
    if (node.style.getPropertyValue(name) !== value) node.style.setProperty(name, value);
  }
  for (const event of Object.keys(node.sluiceOn ?? {})) if (!next.sluiceOn?.[event]) node.sluiceOn[event] = null;
  for (const [event, listener] of Object.entries(next.sluiceOn ?? {})) listen(node, event, listener);
  if ('value' in node && node.localName !== 'li' && node.localName !== 'button' && node !== document.activeElement
      && node.value !== next.value)
    node.value = next.value;
  if ('checked' in node && node.checked !== next.checked) node.checked = next.checked;
  patchChildren(node, next);
}

/** Says a sentence to those who listen to the page. */
export function announce(sentence) {
  const node = document.getElementById('announcer');
  if (node.textContent !== sentence) node.textContent = sentence;
}
