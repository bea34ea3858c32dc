/** @file Where the card of the tour stands beside what it points at; all in CSS pixels. */

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Under the target, above it, right or left of it, whichever has the room first; else at the foot of
 * the window. Always inside the window.
 * @param target null: in the middle
 */
export function placeCard(
  target: Box | null,
  card: { readonly width: number; readonly height: number },
  view: { readonly width: number; readonly height: number },
  gap = 16,
): { readonly left: number; readonly top: number } {
  const inside = (value: number, size: number, room: number): number =>
    Math.max(gap, Math.min(value, room - size - gap));
  const middle = (view.width - card.width) / 2;
  if (!target) {
    return {
      left: inside(middle, card.width, view.width),
      top: inside((view.height - card.height) / 2, card.height, view.height),
    };
  }
  const left = inside(target.left + target.width / 2 - card.width / 2, card.width, view.width);
  const below = target.top + target.height + gap;
  if (below + card.height + gap <= view.height)
    return { left, top: inside(below, card.height, view.height) };
  const above = target.top - gap - card.height;
  if (above >= gap) return { left, top: inside(above, card.height, view.height) };
  const top = inside(target.top, card.height, view.height);
  const right = target.left + target.width + gap;
  if (right + card.width + gap <= view.width)
    return { left: inside(right, card.width, view.width), top };
  const before = target.left - gap - card.width;
  if (before >= gap) return { left: inside(before, card.width, view.width), top };
  return {
    left: inside(view.width, card.width, view.width),
    top: inside(view.height, card.height, view.height),
  };
}
