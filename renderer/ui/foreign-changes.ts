/**
 * Lets the page survive what changes it from outside, such as an extension that translates: React removes and inserts by the
 * nodes that it made, and the browser throws where one of them was moved or taken away, which would end the whole page.
 */
export function surviveForeignChanges(): void {
  const { removeChild, insertBefore } = Node.prototype;
  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    if (child.parentNode === this) return removeChild.call(this, child) as T;
    const around = findChildAround(this, child);
    if (around) removeChild.call(this, around);
    return child;
  };
  Node.prototype.insertBefore = function <T extends Node>(this: Node, added: T, next: Node | null): T {
    const place = next === null || next.parentNode === this ? next : findChildAround(this, next);
    return insertBefore.call(this, added, place) as T;
  };
}

/** The child of this node that holds the other one by now; null where it is gone. */
function findChildAround(parent: Node, inner: Node): Node | null {
  let around: Node | null = inner;
  while (around && around.parentNode !== parent) around = around.parentNode;
  return around;
}
