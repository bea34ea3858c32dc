/** @file Names of the classes of CIFAR, for files that come without their list; and reading such a list. */
import { refuse } from './file.ts';
import type { DataFile } from './file.ts';

/** @source batches.meta.txt of the CIFAR-10 binary version (Krizhevsky, 2009) */
export const CIFAR10_NAMES: readonly string[] =
  'airplane automobile bird cat deer dog frog horse ship truck'.split(' ');

/** @source fine_label_names.txt of the CIFAR-100 binary version (Krizhevsky, 2009) */
export const CIFAR100_NAMES: readonly string[] = (
  'apple aquarium_fish baby bear beaver bed bee beetle bicycle bottle bowl boy bridge bus ' +
  'butterfly camel can castle caterpillar cattle chair chimpanzee clock cloud cockroach couch ' +
  'crab crocodile cup dinosaur dolphin elephant flatfish forest fox girl hamster house kangaroo ' +
  'keyboard lamp lawn_mower leopard lion lizard lobster man maple_tree motorcycle mountain mouse ' +
  'mushroom oak_tree orange orchid otter palm_tree pear pickup_truck pine_tree plain plate poppy ' +
  'porcupine possum rabbit raccoon ray road rocket rose sea seal shark shrew skunk skyscraper ' +
  'snail snake spider squirrel streetcar sunflower sweet_pepper table tank telephone television ' +
  'tiger tractor train trout tulip turtle wardrobe whale willow_tree wolf woman worm'
).split(' ');

/** @source the table of labels in the Fashion-MNIST README (Xiao, Rasul & Vollgraf, 2017) */
export const FASHION_NAMES: readonly string[] = [
  'T-shirt/top',
  'trouser',
  'pullover',
  'dress',
  'coat',
  'sandal',
  'shirt',
  'sneaker',
  'bag',
  'ankle boot',
];

const MAX_FILE_BYTES = 64 * 1024;
const MAX_CLASSES = 256;
const MAX_NAME_LENGTH = 60;

/**
 * Read a list of class names, one a line.
 *
 * @returns 2 to 256 names
 * @throws SpecError if it is no such list
 */
export function readClassNames(file: DataFile): string[] {
  if (file.bytes.length > MAX_FILE_BYTES)
    refuse(file.name, 'a short list of class names', `${file.bytes.length} bytes`);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(file.bytes);
  } catch {
    return refuse(file.name, 'class names as text', 'bytes that are not UTF-8');
  }
  const names = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (names.length < 2 || names.length > MAX_CLASSES)
    refuse(file.name, `2 to ${MAX_CLASSES} class names, one a line`, String(names.length));
  for (const name of names)
    if (name.length > MAX_NAME_LENGTH || /\p{C}/u.test(name))
      refuse(
        file.name,
        `class names of at most ${MAX_NAME_LENGTH} printable characters`,
        'another',
      );
  return names;
}
