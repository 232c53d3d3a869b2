// Making and patching nodes. Text only ever arrives as text: nothing here parses markup.

const SVG = "http://www.w3.org/2000/svg"

export function el(tag, className = "", ...children) {
  const node = document.createElement(tag)
  if (className) node.className = className
  node.append(...children)
  return node
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag)
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value)
  node.append(...children)
  return node
}

// Each setter touches the page only where something differs, so focus and selection survive.
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}

export function setAttribute(node, name, value) {
  if (value === null) {
    if (node.hasAttribute(name)) node.removeAttribute(name)
  } else if (node.getAttribute(name) !== value) {
    node.setAttribute(name, value)
  }
}

export function setHidden(node, hidden) {
  if (node.hidden !== hidden) node.hidden = hidden
}

// Bring children into an order without moving the one that holds the focus: a moved node loses it.
export function arrange(parent, wanted, focused) {
  const keep = new Set(wanted)
  for (const child of [...parent.children]) {
    if (!keep.has(child)) child.remove()
  }
  const pivot = wanted.findIndex(node => node.contains(focused))
  if (pivot >= 0) {
    const anchor = wanted[pivot]
    if (anchor.parentNode !== parent) parent.append(anchor)
    let next = anchor
    for (let place = pivot - 1; place >= 0; place -= 1) {
      if (wanted[place].nextElementSibling !== next) parent.insertBefore(wanted[place], next)
      next = wanted[place]
    }
  }
  let previous = pivot >= 0 ? wanted[pivot] : null
  for (const node of wanted.slice(pivot + 1)) {
    const there = previous === null ? parent.firstElementChild : previous.nextElementSibling
    if (there !== node) parent.insertBefore(node, there)
    previous = node
  }
}
