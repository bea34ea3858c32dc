/** @file Which images of each class are for testing, and which are taken at all: by a seed. */
import type { Rng } from '../../util/rng.ts';

/**
 * Parts of every class by the same share, so that both splits have the classes in proportion.
 *
 * @param labels shape [count], the class of each image
 * @param share  0 to 1; rounded for each class, at least one image and never all of a class; a
 *   class of one image goes to training
 * @returns shape [count]: whether an image is for testing
 */
export function drawTest(labels: readonly number[], share: number, rng: Rng): boolean[] {
  const isTest = new Array<boolean>(labels.length).fill(false);
  for (const members of membersOf(labels)) {
    const wanted = Math.max(1, Math.round(share * members.length));
    const count = Math.min(wanted, members.length - 1);
    for (const at of rng.shuffle([...members]).slice(0, count)) isTest[at] = true;
  }
  return isTest;
}

/** @returns positions of at most `most` images of each class, in order */
export function drawMost(labels: readonly number[], most: number, rng: Rng): number[] {
  return membersOf(labels)
    .flatMap((members) =>
      members.length > most ? rng.shuffle([...members]).slice(0, most) : members,
    )
    .sort((a, b) => a - b);
}

/** @returns positions by class, ascending */
function membersOf(labels: readonly number[]): number[][] {
  const classes: number[][] = [];
  labels.forEach((label, at) => (classes[label] ??= []).push(at));
  return classes.filter((members) => members.length > 0);
}
