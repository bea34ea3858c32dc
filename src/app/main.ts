/** @file The product's entry: real workers and store, recipes of the repository, the page. */
import { mount } from 'svelte';
import { spawnData, spawnMapper, spawnProject, spawnSearch, spawnTrainer } from '../rpc/spawn.ts';
import { browserTabLink } from '../rpc/tab-link.ts';
import { parseRecipe } from '../spec/recipe.ts';
import { parseSearchRecipe } from '../spec/search-recipe.ts';
import { Lab } from '../state/lab.svelte.ts';
import { browserRunStore } from '../state/run-store.ts';
import App from './App.svelte';
import './app.css';
import { fetchExample } from './examples.ts';
import { keepOffline, takeNewVersion } from './offline.ts';
import { CODE_VERSION } from './version.ts';

/** The recipe that the page opens with; the others follow by name. */
const DEFAULT_RECIPE = 'quick';
const DEFAULT_SEARCH = 'sp-nas-quick';

const files: Record<string, unknown> = import.meta.glob('../../recipes/*.json', {
  eager: true,
  import: 'default',
});
const recipes = Object.values(files)
  .map(parseRecipe)
  .sort((a, b) => Number(b.name === DEFAULT_RECIPE) - Number(a.name === DEFAULT_RECIPE));

const searchFiles: Record<string, unknown> = import.meta.glob('../../recipes/searches/*.json', {
  eager: true,
  import: 'default',
});
const searches = Object.values(searchFiles)
  .map(parseSearchRecipe)
  .sort((a, b) => Number(b.name === DEFAULT_SEARCH) - Number(a.name === DEFAULT_SEARCH));

/** embed.html says so; it may stand in the page of another site, where workers of a service may not. */
const isEmbedded = document.documentElement.dataset['view'] === 'embed';

if (!isEmbedded) await takeNewVersion();

const lab: Lab = new Lab(
  {
    spawnData,
    spawnTrainer,
    spawnSearch,
    spawnMapper,
    spawnProject,
    store: browserRunStore((sentence) => lab.notify(sentence)),
    tabs: browserTabLink(),
    fetchExample,
    newId: () => crypto.randomUUID(),
    now: () => Date.now(),
    codeVersion: CODE_VERSION,
  },
  recipes,
  searches,
);

const target = document.getElementById('app');
if (!target) throw new Error('internal: index.html has no #app');
target.replaceChildren(); // the shell of index.html
mount(App, {
  target,
  props: { lab, isEmbedded, ...(isEmbedded ? {} : { onready: () => void keepOffline() }) },
});
