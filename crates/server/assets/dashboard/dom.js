// Elements. Text becomes a text node, so that whatever a user has called something stays text.

export const byId = (id) => document.getElementById(id);

// An element with properties and children; a child that is a string is text.
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in made) made[name] = value;
    else made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

// Sets the text of an element only where it changes: a reader's selection and a screen reader's place stay.
export function say(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

const updates = new WeakMap();

// Makes the children of `parent` stand for `items` in their order. Elements stay those that they were, with the focus
// in them: `make` builds one for an item and returns it with a function that brings it up to date.
export function reconcile(parent, items, keyOf, make) {
  const known = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  items.forEach((item, place) => {
    const key = keyOf(item);
    const child = known.get(key) ?? born(key, make(item));
    known.delete(key);
    updates.get(child)(item);
    if (parent.children[place] !== child) parent.insertBefore(child, parent.children[place] ?? null);
  });
  for (const gone of known.values()) gone.remove();
}

function born(key, [child, update]) {
  child.dataset.key = key;
  updates.set(child, update);
  return child;
}
