// What a page in TypeScript relies on: compiled, never run.
import 'statefulset-playground/element';
import { NAME, StatefulSetPlayground, Cluster } from 'statefulset-playground';
import { Cluster as Inline } from 'statefulset-playground/inline';

const element = document.createElement('statefulset-playground');
element.addEventListener('playground-step', (event) => {
  const step: number = event.detail.step;
  console.log(step, event.detail.snapshot.statefulSets[0]?.ready);
});
element.dispatch({ do: 'step', size: 'ready' });
// @ts-expect-error There is no such command.
element.dispatch({ do: 'fly' });
const made: StatefulSetPlayground = element;
made.dispose();
console.log(NAME, Cluster, Inline, element.running);
