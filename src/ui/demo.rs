//! A stand-in for the session, with made-up data, until the real one lands.

use crate::apimachinery::time::Duration;
use crate::apimachinery::{Time, Value};
use crate::lesson::prose::Prose;
use crate::lesson::runner::HintState;
use crate::session::screen::*;
use crate::session::{Action, Effect, InspectorTab, Options, Selection};
use crate::view::picture::{Moment, Picture};
use crate::{list, object};
use std::rc::Rc;

pub struct Demo {
    screen: Screen,
    picture: Picture,
    pods: Vec<Value>,
    wall: i64,
    next: u64,
}

fn pod(namespace: &str, name: &str, node: &str, phase: &str, reason: &str, containers: &[&str]) -> Value {
    let specs: Vec<Value> = containers.iter().map(|c| object! { "name" => *c, "image" => "luksa/kubia" }).collect();
    let n = containers.len();
    let statuses: Vec<Value> = containers
        .iter()
        .enumerate()
        .map(|(i, c)| {
            let waits = !reason.is_empty() && i + 1 == n;
            let state = if waits {
                object! { "waiting" => object! { "reason" => reason, "message" => "back-off 40s restarting" } }
            } else {
                object! { "running" => object! {} }
            };
            object! { "name" => *c, "ready" => !waits && phase == "Running", "state" => state }
        })
        .collect();
    object! {
        "metadata" => object! { "uid" => format!("{namespace}/{name}"), "name" => name, "namespace" => namespace,
            "labels" => object! { "creation_method" => "manual", "env" => "prod" } },
        "spec" => object! { "nodeName" => node, "containers" => Value::from(specs) },
        "status" => object! { "phase" => phase, "containerStatuses" => Value::from(statuses) },
    }
}

impl Demo {
    pub fn new(options: Options) -> (Self, Vec<Effect>) {
        let prose = Prose::parse("# Labels and selectors\nTwenty pods in one list are hard to read.\n## show: Show the labels\nBody.\n## label: Label a running pod\nA label is a key and a value on an object. A **selector** picks the objects that carry it.\n```run\nkubectl label po kubia-manual creation_method=manual\nkubectl get po -l creation_method=manual\n```\n### goal a\n`kubia-manual` has it too\n### hint\n`kubectl label` takes the kind.\n### hint\nmore\n### wrong w\n`kubia-manual` has `creation_metod`: the key is misspelt.\n## select: Select by value").unwrap_or_default();
        let steps = prose
            .steps
            .iter()
            .enumerate()
            .map(|(i, s)| StepView {
                id: s.id.clone(),
                title: s.title.clone(),
                solved: i == 0,
                current: i == 1,
                open: i == 1,
                body: s.body.clone(),
                goals: s.goals.iter().map(|(_, b)| (false, b.clone())).collect(),
                note: s.wrong.first().map(|(_, b)| (false, b.clone())),
                hints: s
                    .hints
                    .iter()
                    .enumerate()
                    .map(|(i, h)| (if i == 0 { HintState::Ready } else { HintState::Locked }, h.clone()))
                    .collect(),
                solution: vec!["kubectl label po kubia-manual creation_method=manual".into()],
            })
            .collect();
        let lesson = LessonView {
            id: "a".into(),
            chapter: "Chapter 5 · Pod".into(),
            title: prose.title.clone(),
            intro: prose.intro.clone(),
            steps,
            solved: 1,
            next: None,
        };
        let names = Rc::new(vec![(
            "kubia-manual".to_owned(),
            Selection::Pod { namespace: "default".into(), name: "kubia-manual".into() },
        )]);
        let table = "NAME                  READY   STATUS              RESTARTS   AGE\nkubia-canary          0/1     ContainerCreating   0          2s\nkubia-manual          1/1     Running             0          16m\n";
        let block = |id, command: &str, pieces, note| {
            Rc::new(Block {
                id,
                prompt: Prompt::default(),
                command: command.into(),
                pieces,
                exit: Some(0),
                note,
                names: names.clone(),
            })
        };
        let blocks = vec![
            block(1, "kubectl create -f kubia-gpu.yaml", vec![Piece::Stdout("pod/kubia-gpu created\n".into())], None),
            block(2, "kubectl get po", vec![Piece::Stdout(table.into())], None),
            block(
                3,
                "kubectl get po kubia-manaul",
                vec![Piece::Stderr("Error from server (NotFound): pods \"kubia-manaul\" not found\n".into())],
                Some(Note {
                    text: "There is no pod of that name in `default`. The nearest name is `kubia-manual`.".into(),
                    commands: vec!["kubectl get po kubia-manual".into()],
                }),
            ),
        ];
        let screen = Screen {
            ready: true,
            lang: options.lang,
            theme: options.theme,
            time: TimeView { paused: false, speed: 1.0, clock: "00:16:42".into() },
            picture: PictureView::default(),
            tabs: Rc::new(vec![
                TabView { tab: 1, title: "bash".into(), running: false },
                TabView { tab: 2, title: "port-forward".into(), running: true },
            ]),
            terminal: TerminalView {
                tab: 1,
                title: "bash".into(),
                running: false,
                blocks: Rc::new(blocks),
                prompt: Prompt::default(),
                choices: Rc::default(),
                chosen: None,
                wait: None,
            },
            wrap: false,
            lesson: LessonScreen::Lesson(Rc::new(lesson)),
            inspector: None,
            editor: None,
            files: Rc::new(vec!["kubia-gpu.yaml".into(), "kubia-manual.yaml".into()]),
        };
        let mut pods = vec![
            pod("default", "kubia-manual", "node-1", "Running", "", &["kubia"]),
            pod("default", "kubia-manual-v2", "node-1", "Running", "", &["kubia"]),
            pod("custom-namespace", "kubia-manual", "node-1", "Running", "", &["kubia"]),
            pod("default", "kubia-with-sidecar", "node-2", "Running", "Waiting", &["kubia", "logger"]),
            pod("default", "port-clash", "node-2", "Running", "CrashLoopBackOff", &["web", "web-2"]),
            pod("custom-namespace", "report-27514", "node-2", "Succeeded", "", &["report"]),
            pod("default", "kubia-canary", "node-3", "Pending", "ContainerCreating", &["kubia"]),
            pod("default", "kubia-old", "node-3", "Running", "", &["kubia"]),
            pod("default", "kubia-gpu", "", "Pending", "", &["kubia"]),
        ];
        pods[7].set("metadata.deletionTimestamp", "1970-01-01T00:00:21Z");
        pods[7].set("metadata.deletionGracePeriodSeconds", 30);
        if options.seed == Some(1000) {
            pods = (0..1000)
                .map(|i| pod("default", &format!("web-{i}"), &format!("node-{}", i % 3 + 1), "Running", "", &["web"]))
                .collect();
        }
        if options.seed == Some(0) {
            pods.clear();
        }
        let t = options.lang.texts();
        let picture = Picture::new([t.picture.api_server, t.picture.scheduler, t.picture.controllers]);
        let mut demo = Self { screen, picture, pods, wall: 0, next: 10 };
        demo.observe();
        (demo, Vec::new())
    }

    fn observe(&mut self) {
        let node = |name: &str| {
            object! { "metadata" => object! { "name" => name },
            "status" => object! { "allocatable" => object! { "cpu" => "2" }, "conditions" => list![object! { "type" => "Ready", "status" => "True" }] } }
        };
        let ns = |name: &str| object! { "metadata" => object! { "name" => name } };
        let (nodes, namespaces) =
            ([node("node-1"), node("node-2"), node("node-3")], [ns("default"), ns("custom-namespace")]);
        self.picture.observe(&Moment {
            pods: &self.pods,
            nodes: &nodes,
            namespaces: &namespaces,
            current: "default",
            now: Time(0),
            wall: Time::from_secs(self.wall),
        });
        self.show();
    }

    fn show(&mut self) {
        self.screen.picture.namespaces = self.picture.namespaces().clone();
        self.screen.picture.stage = self.picture.stage().clone();
        self.screen.picture.labels = self.picture.labels();
    }

    pub fn update(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Resize { width, height } => self.picture.resize(width, height),
            Action::ToggleLabels => self.picture.set_labels(!self.picture.labels()),
            Action::Zoom(n) => self.picture.zoom(n),
            Action::FilterNamespace(n) => {
                self.picture.set_filter(n);
                self.observe();
            }
            Action::SetLang(lang) => {
                self.screen.lang = lang;
                return vec![Effect::ApplyLang];
            }
            Action::SetTheme(theme) => {
                self.screen.theme = theme;
                return vec![Effect::ApplyTheme];
            }
            Action::Pause => self.screen.time.paused = true,
            Action::Play => self.screen.time.paused = false,
            Action::Frame { .. } => {
                self.wall += 1;
                self.screen.time.clock = format!("00:00:{:02}", self.wall % 60);
                self.observe();
            }
            Action::Submit { line, .. } | Action::Run { line } => {
                if line == "panic" {
                    panic!("a made-up panic");
                }
                if let Some(name) = line.strip_prefix("rm ") {
                    self.pods.retain(|p| p["metadata"]["name"].str() != name);
                }
                if let Some(name) = line.strip_prefix("new ") {
                    self.pods.push(pod("default", name, "node-3", "Running", "", &["kubia"]));
                }
                self.observe();
                self.next += 1;
                let block = Block {
                    id: self.next,
                    prompt: Prompt::default(),
                    command: line,
                    pieces: vec![Piece::Stdout("ok\n".into())],
                    exit: Some(0),
                    note: None,
                    names: Rc::default(),
                };
                Rc::make_mut(&mut self.screen.terminal.blocks).push(Rc::new(block));
            }
            Action::Key { .. } => {
                self.screen.terminal.choices = Rc::new(
                    ["kubia-canary", "kubia-gpu", "kubia-manual"]
                        .map(|t| Choice { text: t.into(), detail: String::new() })
                        .to_vec(),
                );
                self.screen.terminal.chosen = Some(1);
            }
            Action::Typed { text, .. } => {
                self.screen.terminal.choices = Rc::default();
                let all: Rc<std::collections::BTreeSet<String>> =
                    Rc::new(["default/kubia-manual".to_owned(), "default/kubia-manual-v2".to_owned()].into());
                self.screen.picture.matching = text.contains("-l").then(|| all.clone());
                self.screen.picture.doomed = if text.contains("delete") { all } else { Rc::default() };
            }
            Action::Select(s) => {
                self.screen.inspector = s.clone().map(|s| {
                    let pod = match &s {
                        Selection::Pod { namespace, name } => {
                            self.picture.pods().iter().find(|p| p.namespace == *namespace && p.name == *name).cloned()
                        }
                        _ => None,
                    };
                    Rc::new(InspectorView {
                        tab: InspectorTab::Overview,
                        kind: if pod.is_some() { "Pod" } else { "Node" },
                        title: match &s {
                            Selection::Pod { name, .. } | Selection::Node { name } => name.clone(),
                        },
                        namespace: pod.as_ref().map(|p| (p.namespace.clone(), 0)),
                        phase: pod.as_ref().map(|p| p.phase),
                        pod: pod.clone(),
                        inside: self
                            .pods
                            .iter()
                            .find(|p| {
                                s == Selection::Pod {
                                    namespace: p["metadata"]["namespace"].str().into(),
                                    name: p["metadata"]["name"].str().into(),
                                }
                            })
                            .map(|p| Rc::new(crate::view::inside::Inside::new(p))),
                        facts: vec![Fact { name: "IP".into(), value: "10.244.1.2".into() }],
                        labels: vec![("a".into(), "b".into())],
                        annotations: vec![],
                        yaml: "kind: Pod".into(),
                        logs: "Kubia server starting...\n".into(),
                        events: vec![(
                            "Normal".into(),
                            "16m".into(),
                            "Scheduled".into(),
                            "Successfully assigned".into(),
                        )],
                        selection: s,
                    })
                });
                self.screen.picture.selected = s;
            }
            Action::OpenFile(name) => {
                self.screen.editor = Some(Rc::new(EditorView { name: name.unwrap_or_else(|| "new.yaml".into()), original: "apiVersion: v1\nkind: Pod\nmetadata:\n  name: kubia-gpu\nspec:\n  nodeSelector:\n    gpu: \"true\"\n  container:\n  - image: luksa/kubia\n    name: kubia\n    ports:\n    - containerPort: 8080\n      protocol: TCP\n".into(), kind: "Pod · v1".into(),
                    problems: Rc::new(vec![Problem { line: 8, column: 3, text: "unknown field \"spec.container\"".into() }]), commands: vec!["kubectl create -f kubia-gpu.yaml".into()] }));
            }
            Action::EditorClose | Action::EditorSave { .. } => self.screen.editor = None,
            Action::Call { ticket, .. } => {
                return vec![Effect::Finished { ticket, stdout: "ok\n".into(), stderr: String::new(), code: 0 }];
            }
            _ => {}
        }
        self.show();
        Vec::new()
    }

    pub fn screen(&mut self) -> Screen {
        self.screen.clone()
    }

    pub fn next_frame(&self) -> Option<Duration> {
        (!self.screen.time.paused).then_some(Duration::from_secs(1))
    }
}
