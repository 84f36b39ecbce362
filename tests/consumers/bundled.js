// What esbuild bundles and Node runs.
import { Cluster } from 'statefulset-playground/inline';

const cluster = await Cluster.create();
cluster.load('apiVersion: v1\nkind: Service\nmetadata: {name: db}\nspec: {clusterIP: None}\n');
cluster.run();
console.log(cluster.exec('kubectl get svc -o name').output.trim());
