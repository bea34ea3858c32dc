/**
 * @file The guided tour as data: what it says, what it points at, what it does to the page. About
 * four minutes when read aloud. A step that needs what is not there (a run, a mapping) says so
 * instead; a target that is not on the page leaves the card alone in the middle.
 */
import type { BenchId } from '../../state/journey.svelte.ts';
import type { Lab } from '../../state/lab.svelte.ts';
import { formatBits, formatEnergy, formatPercent } from '../format.ts';
import { TID } from '../testids.ts';

export interface TourStep {
  readonly id: string;
  readonly title: string;
  readonly text: (lab: Lab) => string;
  readonly bench: BenchId;
  /** Test ids; the first that is on the page is pointed at. */
  readonly targets: readonly string[];
  /** What the step does to the page when it is reached: nothing that computes for long. */
  readonly act?: (lab: Lab) => void;
  /** false: `missing` is said instead, and nothing is done. */
  readonly isReady?: (lab: Lab) => boolean;
  readonly missing?: string;
  /** Something that takes time, done only when its button is pressed. */
  readonly offer?: {
    readonly label: string;
    readonly isOpen: (lab: Lab) => boolean;
    readonly run: (lab: Lab) => Promise<void>;
  };
}

const hasRun = (lab: Lab): boolean => typeof lab.trade.point?.accuracy === 'number';
const hasMapping = (lab: Lab): boolean => Boolean(lab.trade.point?.cost);

const lowest = (lab: Lab): void => {
  const [bits] = lab.trade.bitWidths;
  if (bits !== undefined) lab.trade.choose(bits);
};
const highest = (lab: Lab): void => lab.trade.choose(null);

/** “2, 4, 8 and 32” */
function list(widths: readonly number[]): string {
  return widths.length < 2
    ? widths.join('')
    : `${widths.slice(0, -1).join(', ')} and ${widths.at(-1)}`;
}

const NO_RUN =
  'No network is trained yet. Once one is, this step flips its bit-width here and reads off what changes.';

export const TOUR: readonly TourStep[] = [
  {
    id: 'one-network',
    title: 'One set of weights',
    text: (lab) =>
      `This is one trained network. The same weights run at ${list(lab.trade.bitWidths)} bits: nothing is loaded and nothing is trained again when you switch. Right now it runs at its highest width. You can leave this tour with Esc at any point; the page behind it is the real one.`,
    bench: 'trade',
    targets: [TID.bitSwitch, TID.bench('trade')],
    act: highest,
    isReady: hasRun,
    missing: NO_RUN,
  },
  {
    id: 'flip',
    title: 'Now at its lowest width',
    text: (lab) => {
      const { point, reference } = lab.trade;
      if (typeof point?.accuracy !== 'number' || typeof reference?.accuracy !== 'number')
        return NO_RUN;
      return `The switch has just moved to ${formatBits(point.bits)}. Accuracy went from ${formatPercent(reference.accuracy)} to ${formatPercent(point.accuracy)}. Every weight and every signal between layers now takes one of ${2 ** point.bits} values.`;
    },
    bench: 'trade',
    targets: [TID.readoutAccuracy, TID.bitSwitch, TID.bench('trade')],
    act: lowest,
    isReady: hasRun,
    missing: NO_RUN,
  },
  {
    id: 'cost',
    title: 'What each bit costs',
    text: (lab) => {
      const { point, reference } = lab.trade;
      if (!point?.cost || !reference?.cost) return '';
      return `One mark for each width: up is more accurate, left is cheaper. One image takes ${formatEnergy(reference.cost.energyPj)} at ${formatBits(reference.bits)} and ${formatEnergy(point.cost.energyPj)} at ${formatBits(point.bits)}. The energy is modelled for a real chip’s constants, term by term.`;
    },
    bench: 'trade',
    targets: [TID.tradeChart],
    act: (lab) => {
      lowest(lab);
      lab.trade.setMetric('energy');
    },
    isReady: hasMapping,
    missing:
      'Here stands one mark for each bit-width, accuracy against energy, once a trained network is mapped onto an accelerator in the bench above.',
  },
  {
    id: 'edp',
    title: 'Energy times delay',
    text: () =>
      'Fewer bits save twice: each access moves less, and each layer is done sooner. The axis now shows their product, the energy-delay product, where the gap between widths is widest. The question mark beside a figure gives its unit, formula and source.',
    bench: 'trade',
    targets: [TID.tradeMetric, TID.tradeChart],
    act: (lab) => lab.trade.setMetric('edp'),
    isReady: hasMapping,
    missing: 'With a mapped network, this step changes the axis to energy times delay.',
  },
  {
    id: 'two-bits',
    title: 'Why two bits are hard',
    text: () =>
      'One test image, and what the same network believes about it at every width, side by side. As bits go, small differences between classes fall onto the same step of the grid, and beliefs blur or tip over. Choose other images and look for one that only the lowest width gets wrong.',
    bench: 'trade',
    targets: [TID.predictions, TID.imagePicker, TID.bench('trade')],
    isReady: hasRun,
    missing: 'With a trained network, its beliefs about one image stand here, width beside width.',
  },
  {
    id: 'teachers',
    title: 'Who teaches whom',
    text: () =>
      'Trained together without a teacher, the lowest widths fall behind. In cascade distillation every width learns from all higher ones: 8 bits listens to 32, 4 bits to 8 and 32, and so on, so that no gap between teacher and pupil is too wide. Here you choose the method.',
    bench: 'train',
    targets: [TID.method, TID.bench('train')],
  },
  {
    id: 'beta',
    title: 'How closely they listen',
    text: () =>
      'β says how much a width listens to its teachers beside the labels. The paper’s setting is made for runs of 200 epochs; minutes need another one, and the page keeps the two apart: figures of the paper are always marked as the paper’s.',
    bench: 'train',
    targets: [TID.beta, TID.method],
  },
  {
    id: 'curves',
    title: 'All widths learn at once',
    text: (lab) =>
      lab.open.log.length > 0
        ? 'One line for each width, from the same steps of the same weights. Low widths stay below, and the gap is what distillation tries to close. Point at a line or use the arrow keys for exact figures; the table under each chart has them all.'
        : 'Once a training starts, one line for each width grows here, all from the same steps of the same weights.',
    bench: 'train',
    targets: [TID.accuracyChart],
  },
  {
    id: 'mapping',
    title: 'Why the mapping matters',
    text: () =>
      'The same layer can cost many times more if its loops run in a bad order: data then travels from the outer memory again and again. AutoMapper searches loop orders and tile sizes for every layer at every width. Each bar is split by the memory that takes the energy.',
    bench: 'map',
    targets: [TID.mapEnergy, TID.mapMatrix, TID.bench('map')],
    isReady: hasMapping,
    missing:
      'Here AutoMapper searches how to run each layer on the accelerator: loop orders and tile sizes. Nothing is mapped yet; mapping needs no training, and takes seconds.',
  },
  {
    id: 'nest',
    title: 'Down to the loops',
    text: () =>
      'This is what was found for one layer: its loops from the outermost memory to the multipliers, and which dimensions run side by side on the array. Change a factor by hand below and see at once what it costs.',
    bench: 'map',
    targets: [TID.loopNest, TID.bench('map')],
    isReady: hasMapping,
    missing:
      'With a mapping, the loops and tiles of every layer stand here, to look at and to change.',
  },
  {
    id: 'try',
    title: 'Your turn',
    text: () =>
      'Take two widths or six, another method, your own images, another chip. A training of the preset takes a minute or two on this device, and you can pause, reload and go on. Start one now, or after the tour.',
    bench: 'train',
    targets: [TID.trainStart, TID.bench('train')],
    offer: {
      label: 'Start a training now',
      isOpen: (lab) => !lab.train.isLive && lab.data.dataset !== null && lab.form.fault === null,
      run: (lab) => lab.startTraining(),
    },
  },
  {
    id: 'share',
    title: 'Take it with you',
    text: () =>
      'Copy link puts the whole set-up into one address, for a colleague, a talk or a course page. Runs stay in this browser and can be opened from Runs. Everything works without a network after the first visit.',
    bench: 'trade',
    targets: [TID.shareOpen, TID.rail],
  },
];
