//! The page's session without a page: what a reader types, frame by frame.

use podium::session::screen::{Block, Piece};
use podium::session::{Action, Options, Selection, Session};
use std::rc::Rc;
use std::time::Duration;

/// A session at 60 frames a second.
struct Reader {
    session: Session,
}

impl Reader {
    fn new() -> Self {
        Self { session: Session::new(Options::default()).0 }
    }

    /// Lets the page draw for so long.
    fn watch(&mut self, millis: u64) {
        for _ in 0..millis.div_ceil(16) {
            self.session.update(Action::Frame { elapsed: Duration::from_millis(16) });
        }
    }

    /// Types a line and watches until it has ended, for half a minute at most.
    fn run(&mut self, line: &str) -> (String, Option<i32>) {
        self.session.update(Action::Submit { tab: 1, line: line.into() });
        for _ in 0..300 {
            self.watch(100);
            if self.last().exit.is_some() {
                break;
            }
        }
        let block = self.last();
        let text = block.pieces.iter().map(|p| match p {
            Piece::Stdout(text) | Piece::Stderr(text) => &**text,
        });
        (text.collect(), block.exit)
    }

    fn last(&mut self) -> Rc<Block> {
        self.session.screen().terminal.blocks.last().cloned().expect("a block for what was typed")
    }
}

#[test]
fn a_request_from_pod_to_pod_is_answered_while_nothing_else_moves() {
    let mut reader = Reader::new();
    reader.run("kubectl create -f kubia-manual.yaml");
    reader.run("kubectl create -f kubia-manual-with-labels.yaml");
    reader.watch(10_000);
    let (ip, _) = reader.run("kubectl get po kubia-manual-v2 -o jsonpath='{.status.podIP}'");
    let answer = reader.run(&format!("kubectl exec kubia-manual -- curl -s {ip}:8080"));
    assert_eq!(answer, ("You've hit kubia-manual-v2\n".to_owned(), Some(0)));
    let flows = reader.session.screen().picture.flows;
    let ends = flows.iter().map(|f| (f.from.as_deref(), f.to.as_str())).collect::<Vec<_>>();
    assert_eq!(ends, [(Some("default/kubia-manual"), "default/kubia-manual-v2")], "the picture shows it");
    reader.watch(3_000);
    assert_eq!(reader.session.screen().picture.flows.len(), 0);
}

#[test]
fn the_picture_shows_a_new_pod_and_the_ghost_of_a_deleted_one() {
    let mut reader = Reader::new();
    reader.session.update(Action::Resize { width: 1_000.0, height: 500.0 });
    reader.run("kubectl create -f kubia-manual.yaml");
    reader.watch(8_000);
    let stage = reader.session.screen().picture.stage;
    assert_eq!(
        stage.pods.iter().map(|b| (b.pod.name.as_str(), b.pod.phase.name())).collect::<Vec<_>>(),
        [("kubia-manual", "Running")]
    );
    assert_eq!(reader.run("kubectl delete po kubia-manual --grace-period=1").1, Some(0));
    let stage = reader.session.screen().picture.stage;
    assert_eq!((stage.pods.len(), stage.ghosts.len()), (0, 1));
    reader.watch(7_000);
    assert_eq!(reader.session.screen().picture.stage.ghosts.len(), 0, "a ghost leaves by itself");
}

#[test]
fn nodes_say_why_they_refuse_the_pod_that_waits() {
    let mut reader = Reader::new();
    reader.session.update(Action::Resize { width: 1_000.0, height: 500.0 });
    let verdicts = |reader: &mut Reader| -> Vec<String> {
        reader.watch(1_000);
        reader.session.screen().picture.stage.nodes.iter().map(|n| n.node.verdict.clone()).collect()
    };
    reader.run("kubectl create -f kubia-gpu.yaml");
    let said = verdicts(&mut reader);
    assert!(
        said.len() == 3 && said.iter().all(|s| s.contains("didn't match Pod's node affinity/selector")),
        "{said:?}"
    );
    reader.run("kubectl label node node-2 gpu=true");
    assert_eq!(verdicts(&mut reader), ["", "", ""], "it has its node");
}

#[test]
fn the_small_browser_shows_what_a_forwarded_port_answers() {
    let mut reader = Reader::new();
    reader.run("kubectl create -f kubia-manual.yaml");
    reader.watch(5_000);
    reader.run("kubectl port-forward kubia-manual 8888:8080 > /dev/null &");
    reader.watch(1_000);
    assert_eq!(*reader.session.screen().ports, [8888]);
    reader.session.update(Action::Browse(Some(8888)));
    reader.watch(1_000);
    let view = reader.session.screen().browser.expect("it is open");
    assert_eq!((&*view.text, view.failed, view.loading), ("You've hit kubia-manual", false, false));
    reader.session.update(Action::Browse(None));
    assert!(reader.session.screen().browser.is_none());
}

#[test]
fn an_image_that_does_not_exist_is_explained_and_those_that_do_are_listed() {
    let mut reader = Reader::new();
    reader.session.update(Action::Resize { width: 1_000.0, height: 500.0 });
    reader.run("kubectl run lost --image=nosuch/image:1");
    let selection = Selection::Pod { namespace: "default".into(), name: "lost".into() };
    reader.watch(5_000);
    reader.session.update(Action::Select(Some(selection)));
    reader.watch(1_000);
    let note = reader.session.screen().inspector.as_ref().and_then(|i| i.advice.clone()).expect("advice");
    assert!(note.text.contains("`nosuch/image:1`"), "{}", note.text);
    let (list, code) = reader.run(&note.commands[0]);
    assert_eq!(code, Some(0));
    for line in ["nginx ", "redis ", "luksa/kubia "] {
        assert!(list.lines().any(|l| l.starts_with(line)), "{line}: {list}");
    }
    assert_eq!(reader.run("help nosuch").1, Some(1));
}

#[test]
fn an_object_that_nothing_acts_on_says_so() {
    let mut reader = Reader::new();
    reader.run("kubectl create ingress front --rule=a.example/=web:80");
    let note = reader.last().note.clone().expect("a note");
    assert!(note.text.contains("nothing acts on them"), "{}", note.text);
    reader.run("kubectl create configmap a --from-literal=b=c");
    assert!(reader.last().note.is_none());
}

#[test]
fn names_in_the_output_are_links_to_the_pod_that_the_row_means() {
    let mut reader = Reader::new();
    reader.run("kubectl create ns shop");
    reader.run("kubectl run web --image=nginx");
    reader.run("kubectl run web --image=nginx -n shop");
    reader.run("kubectl run cart --image=nginx -n shop");
    let pod = |namespace: &str, name: &str| {
        (name.to_owned(), Selection::Pod { namespace: namespace.into(), name: name.into() })
    };
    let mut pods = |line: &str| {
        reader.run(line);
        let names = reader.last().names.to_vec();
        names.into_iter().filter(|(_, s)| matches!(s, Selection::Pod { .. })).collect::<Vec<_>>()
    };
    assert_eq!(pods("kubectl get po"), [pod("default", "web")]);
    assert_eq!(pods("kubectl get po -n shop"), [pod("shop", "cart"), pod("shop", "web")]);
    assert_eq!(pods("kubectl get po -A"), [pod("default", "web"), pod("shop", "cart"), pod("shop", "web")]);
}

/// Row 4 of the product: one application in two layouts, and what scaling does to each.
#[test]
fn scaling_multiplies_all_containers_of_a_pod_or_those_of_one_workload() {
    use podium::session::Arrangement;
    use podium::session::screen::Sorted;
    let mut reader = Reader::new();
    reader.session.update(Action::Arrange(Arrangement::Workloads));
    reader.run("kubectl create -f together.yaml");
    reader.run("kubectl create -f apart.yaml");
    reader.run("kubectl run alone --image=nginx");
    reader.watch(10_000);
    let shown = |reader: &mut Reader| match reader.session.screen().picture.sorted {
        Sorted::Workloads(all) => all,
        other => panic!("{other:?}"),
    };
    let scale = |reader: &mut Reader, name: &str| {
        let all = shown(reader);
        let one = all.iter().find(|w| w.name == name).expect(name);
        let line = one.scale(one.replicas.expect("it scales") + 1, "default");
        assert_eq!(reader.run(&line).1, Some(0), "{line}");
    };
    scale(&mut reader, "together");
    scale(&mut reader, "frontend");
    reader.watch(10_000);
    let all = shown(&mut reader);
    let counts: Vec<(&str, usize, Vec<(&str, usize)>)> = all
        .iter()
        .map(|w| (w.name.as_str(), w.pods.len(), w.containers.iter().map(|(name, n)| (name.as_str(), *n)).collect()))
        .collect();
    let want = [
        ("backend", 1, vec![("backend", 1)]),
        ("frontend", 2, vec![("frontend", 2)]),
        ("together", 2, vec![("frontend", 2), ("backend", 2)]),
        ("alone", 1, vec![("alone", 1)]),
    ];
    assert_eq!(counts, want);
    assert_eq!(all[3].replicas, None, "nobody scales a pod");
    reader.run("kubectl delete deployment frontend --wait=false");
    reader.run("kubectl scale deployment backend --replicas=0");
    reader.watch(60_000);
    let all = shown(&mut reader);
    assert_eq!(
        all.iter().map(|w| (w.name.as_str(), w.pods.len())).collect::<Vec<_>>(),
        [("backend", 0), ("together", 2), ("alone", 1)]
    );
    let other = all[0].scale(3, "shop");
    assert_eq!(other, "kubectl scale deployment backend --replicas=3 -n default");
}

#[test]
fn a_shell_that_ends_is_followed_by_another() {
    let mut reader = Reader::new();
    reader.run("cd /tmp; A=1; sleep 100 &");
    assert_eq!(reader.run("exit 3").1, Some(3));
    assert!(reader.last().note.is_some(), "the reader is told");
    assert_eq!(reader.run("echo [$A] $PWD; jobs"), ("[] /home/user\n".to_owned(), Some(0)));
    reader.run("false");
    assert_eq!(reader.run("exit").1, Some(1), "the status of the last command");
}

#[test]
fn a_terminal_in_a_container_has_one_stream() {
    let mut reader = Reader::new();
    reader.run("kubectl create -f kubia-manual.yaml");
    reader.watch(10_000);
    for line in ["kubectl exec -it kubia-manual -- bash", "hostname", "nosuch", "exit 3"] {
        reader.session.update(Action::Submit { tab: 1, line: line.into() });
        reader.watch(500);
    }
    let block = reader.last();
    let Some(Piece::Stdout(first)) = block.pieces.first() else { panic!("{block:?}") };
    let want = "root@kubia-manual:/# hostname\nkubia-manual\nroot@kubia-manual:/# nosuch\nbash: nosuch: command not found\n\
                root@kubia-manual:/# exit 3\nexit\n";
    assert_eq!(&**first, want);
    assert_eq!(block.exit, Some(3));
}

#[test]
fn jobs_that_ended_are_told_of_before_the_next_prompt() {
    let mut reader = Reader::new();
    reader.run("sleep 1 &");
    reader.watch(2_000);
    // Recorded from bash 5.2.
    assert_eq!(reader.run("echo hello").0, "hello\n[1]+  Done                    sleep 1\n");
    assert_eq!(reader.run("echo again").0, "again\n");
}

#[test]
fn a_tapped_command_is_one_whatever_stands_unfinished() {
    let mut reader = Reader::new();
    reader.run("echo 'open");
    reader.session.update(Action::Run { line: "echo tapped".into() });
    reader.watch(500);
    assert_eq!(reader.last().pieces, [Piece::Stdout("tapped\n".into())]);
    // What is pasted goes on.
    reader.session.update(Action::Paste { tab: 1, text: "\n\ncat <<END\npasted\n\nwhole\nEND\n\n".into() });
    reader.watch(500);
    assert_eq!(reader.last().pieces, [Piece::Stdout("pasted\n\nwhole\n".into())], "blank lines inside are kept");
}
