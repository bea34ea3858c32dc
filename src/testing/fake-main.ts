/** @file The page on fakes, for looking at its design: /src/testing/fake-lab.html in `npm run dev`. */
import { mount } from 'svelte';
import App from '../app/App.svelte';
import '../app/app.css';
import { Lab } from '../state/lab.svelte.ts';
import { fakeRecipe } from './fake-recipes.ts';
import { searchRecipe } from './search-records.ts';
import { FakeLab } from './fake-services.ts';

const options = new URLSearchParams(location.search);
const fake = new FakeLab({
  stepMs: Number(options.get('ms') ?? 40),
  stepsPerRun: Number(options.get('steps') ?? 160),
});
const lab = new Lab(fake.services, [fakeRecipe, { ...fakeRecipe, name: 'smoke' }], [searchRecipe]);
Object.assign(globalThis, { lab });
const target = document.getElementById('app');
if (target) mount(App, { target, props: { lab } });
