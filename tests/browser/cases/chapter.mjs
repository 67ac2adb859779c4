// The chapter, typed: each command block of chapter 5, in its order, with what the picture shows meanwhile.
import { assert, test } from "../harness.mjs";

const MANUAL = `cat > mine.yaml <<'EOF'
apiVersion: v1
kind: Pod
metadata:
  name: kubia-mine
  labels:
    rel: canary
spec:
  containers:
  - image: luksa/kubia
    name: kubia
EOF`;

/** Rows 1 to 16 of what the chapter needs. */
async function chapter(lab) {
  await lab.watchPhases();
  // 5: create from YAML
  await lab.expect("cat kubia-manual.yaml", "kind: Pod", "image: luksa/kubia");
  await lab.expect("kubectl explain pod.spec.containers.ports", "KIND:", "containerPort");
  await lab.expect("kubectl create -f kubia-manual.yaml", "pod/kubia-manual created");
  await lab.phase("default/kubia-manual", "Running");
  const phases = await lab.phases("default/kubia-manual");
  assert.ok(phases.includes("ContainerCreating"), `the pod goes through its phases: ${phases}`);
  await lab.refuse("kubectl create -f kubia-manual.yaml", '(AlreadyExists)', 'pods "kubia-manual" already exists');
  await lab.expect(MANUAL);
  await lab.expect("kubectl create -f mine.yaml", "pod/kubia-mine created");
  // 1: the smallest unit, on one node
  await lab.expect("kubectl get po kubia-manual -o wide", "NOMINATED NODE", /kubia-manual\s+1\/1\s+Running\s+0\s+\d+s\s+10\.244\./);
  await lab.expect("kubectl describe po kubia-manual", "Node:", "Scheduled", "Successfully assigned default/kubia-manual");
  const node = await lab.pod("default/kubia-manual").getAttribute("data-node");
  assert.match(node, /^node-[123]$/);
  // 6: read it back
  await lab.expect("kubectl get po kubia-manual -o yaml", "kube-api-access-", "qosClass: BestEffort", "podIP: 10.244.");
  await lab.expect("kubectl get po kubia-manual -o json", '"kind": "Pod"');
  // 7: logs
  await lab.expect("kubectl logs kubia-manual", "Kubia server starting...");
  await lab.expect("kubectl logs kubia-manual -c kubia", "Kubia server starting...");
  // 2, 3: inside, and from pod to pod
  await lab.expect("kubectl exec kubia-manual -- hostname", "kubia-manual");
  await lab.phase("default/kubia-mine", "Running");
  const { out } = await lab.run("kubectl get po kubia-mine -o jsonpath='{.status.podIP}'");
  assert.match(out, /^10\.244\.\d+\.\d+$/);
  await lab.expect(`kubectl exec kubia-manual -- curl -s ${out}:8080`, "You've hit kubia-mine");
  // 9, 10, 11: labels and selectors
  await lab.expect("kubectl create -f kubia-manual-with-labels.yaml", "pod/kubia-manual-v2 created");
  await lab.phase("default/kubia-manual-v2", "Running");
  await lab.expect("kubectl get po --show-labels", "LABELS", "creation_method=manual,env=prod", "<none>");
  await lab.expect("kubectl get po -L creation_method,env", "CREATION_METHOD", "ENV");
  await lab.expect("kubectl label po kubia-manual creation_method=manual", "pod/kubia-manual labeled");
  await lab.refuse("kubectl label po kubia-manual-v2 env=debug", "already has a value (prod), and --overwrite is false");
  await lab.expect("kubectl label po kubia-manual-v2 env=debug --overwrite", "pod/kubia-manual-v2 labeled");
  const names = async (selector) => (await lab.expect(`kubectl get po -l '${selector}' -o name`)).out.trim().split("\n").sort();
  assert.deepEqual(await names("creation_method=manual"), ["pod/kubia-manual", "pod/kubia-manual-v2"]);
  assert.deepEqual(await names("env"), ["pod/kubia-manual-v2"]);
  assert.deepEqual(await names("!env"), ["pod/kubia-manual", "pod/kubia-mine"]);
  assert.deepEqual(await names("creation_method!=manual"), ["pod/kubia-mine"]);
  assert.deepEqual(await names("env in (prod,debug),creation_method"), ["pod/kubia-manual-v2"]);
  // 12: a node's label, and a pod that waits for it
  await lab.expect("kubectl create -f kubia-gpu.yaml", "pod/kubia-gpu created");
  await lab.phase("default/kubia-gpu", "Pending");
  await lab.expect("kubectl describe po kubia-gpu", "FailedScheduling", "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector");
  await lab.expect("kubectl label node node-2 gpu=true", "node/node-2 labeled");
  await lab.phase("default/kubia-gpu", "Running");
  assert.equal(await lab.pod("default/kubia-gpu").getAttribute("data-node"), "node-2");
  // 13: annotations
  await lab.expect('kubectl annotate pod kubia-manual mycompany.com/someannotation="foo bar"', "pod/kubia-manual annotated");
  await lab.expect("kubectl describe po kubia-manual", "mycompany.com/someannotation: foo bar");
  // 14, 15: namespaces
  await lab.expect("kubectl get ns", "default", "kube-system", "Active");
  await lab.expect("kubectl create -f custom-namespace.yaml", "namespace/custom-namespace created");
  await lab.expect("kubectl create -f kubia-manual.yaml -n custom-namespace", "pod/kubia-manual created");
  await lab.phase("custom-namespace/kubia-manual", "Running");
  await lab.expect("kubectl config set-context --current --namespace=custom-namespace", "modified.");
  assert.match(await lab.page.locator(".term-line:visible .prompt").innerText(), /custom-namespace/);
  await lab.expect("kubectl get po", "kubia-manual");
  await lab.expect("kubectl config set-context --current --namespace=default", "modified.");
  // 8: the tunnel, from a second terminal below; 16: deleting, at the clock's best speed
  await lab.speed();
  await lab.expect("kubectl delete po kubia-gpu", 'pod "kubia-gpu" deleted from default namespace');
  await lab.page.locator('[data-ghost="default/kubia-gpu"]').waitFor({ state: "attached" });
  await lab.expect("kubectl delete po -l rel=canary", 'pod "kubia-mine" deleted');
  await lab.expect("kubectl delete ns custom-namespace", 'namespace "custom-namespace" deleted');
  await lab.pod("custom-namespace/kubia-manual").waitFor({ state: "detached" });
  await lab.expect("kubectl delete po --all", 'pod "kubia-manual" deleted', 'pod "kubia-manual-v2" deleted');
  await lab.expect("kubectl create -f kubia-rc.yaml", "created");
  await lab.expect("kubectl delete all --all", 'service "kubernetes" deleted', "replicationcontroller");
  await lab.page.locator("[data-pod]").first().waitFor({ state: "detached" });
  await lab.refuse("kubectl get po kubia-manual", '(NotFound): pods "kubia-manual" not found');
}

test("the chapter on a desk", { seconds: 240 }, async ({ open }) => chapter(await (await open()).ready()));

const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };

test("the chapter on a phone", { ...PHONE, seconds: 240 }, async ({ open, page }) => {
  const lab = await (await open()).ready();
  await chapter(lab);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  assert.ok(wide <= 390, `nothing sticks out of the screen: ${wide}`);
  await page.getByRole("tab", { name: "Lesson" }).click();
  await page.getByRole("link", { name: /Create a pod/ }).waitFor();
  await page.getByRole("tab", { name: "Terminal" }).click();
  await lab.input.waitFor();
});

test("a lesson's link on a phone shows the lesson first, and a command of it its output", PHONE, async ({ open, page }) => {
  await open("?lesson=ch5/01-create-a-pod&lang=en");
  await page.locator('.app:not([aria-busy="true"]) [data-testid="lesson"]').waitFor({ state: "visible" });
  await page.locator('[data-testid="lesson"] [data-run]').first().click();
  await page.locator('[data-testid="terminal-output"]').getByText("node-1").first().waitFor();
});

test("two terminals: a tunnel in one, curl in the other", async ({ open, page }) => {
  const lab = await (await open()).ready();
  await lab.expect("kubectl create -f kubia-manual.yaml", "created");
  await lab.phase("default/kubia-manual", "Running");
  await lab.type("kubectl port-forward kubia-manual 8888:8080");
  await lab.output.getByText("Forwarding from 127.0.0.1:8888 -> 8080").waitFor();
  await page.getByRole("button", { name: "New terminal" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".term-tab").length === 2);
  await lab.expect("curl localhost:8888", "You've hit kubia-manual");
  await page.locator(".term-tab").first().click();
  await lab.output.getByText("Handling connection for 8888").waitFor();
  const index = (await lab.blocks.count()) - 1;
  await lab.input.focus();
  await lab.keyboard.press("Control+c");
  await lab.ended(index);
  await page.locator(".term-tab").nth(1).click();
  await lab.refuse("curl localhost:8888", "Failed to connect");
});

test("a deleted pod's ghost, and a wait that can be skipped", async ({ open, page }) => {
  const lab = await (await open()).ready();
  await lab.expect("kubectl create -f kubia-manual.yaml");
  await lab.phase("default/kubia-manual", "Running");
  await lab.type("kubectl delete po kubia-manual");
  await lab.phase("default/kubia-manual", "Terminating");
  const note = page.locator(".t-note[data-wait]");
  await note.waitFor();
  await note.getByRole("button").first().click();
  await page.locator('[data-ghost="default/kubia-manual"]').waitFor({ state: "attached" });
  await lab.expect("kubectl get po kubia-manual || true");
});
