//! Pods sorted by two of their labels: rows by one key, columns by another. Pure.

use super::pod::PodView;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Labels that controllers give: nobody sorts by them unless asked to.
const GENERATED: [&str; 6] = [
    "pod-template-hash",
    "controller-revision-hash",
    "pod-template-generation",
    "statefulset.kubernetes.io/pod-name",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
];

/// A row: its value, and for each column the pods that have both values.
pub type Row = (Option<String>, Vec<Vec<Rc<PodView>>>);

/// The matrix of some pods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matrix {
    /// Every key that a pod has, to choose from.
    pub keys: Vec<String>,
    /// The keys of rows and columns; "" where there is none.
    pub by: [String; 2],
    /// The columns' values in order; None, last, for pods without the key.
    pub columns: Vec<Option<String>>,
    pub rows: Vec<Row>,
}

/// Sorts pods by the `wanted` keys of rows and columns; where one is "" the key that most pods have takes its place.
pub fn matrix(pods: &[Rc<PodView>], wanted: &[String; 2]) -> Matrix {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (key, _) in pods.iter().flat_map(|p| &p.labels) {
        *counts.entry(key).or_default() += 1;
    }
    let by = choose(&counts, wanted);
    let columns = values(pods, &by[1]);
    let cell = |row: &Option<String>, column: &Option<String>| -> Vec<Rc<PodView>> {
        let there = |p: &&Rc<PodView>| value(p, &by[0]) == row.as_deref() && value(p, &by[1]) == column.as_deref();
        pods.iter().filter(there).cloned().collect()
    };
    let rows = values(pods, &by[0]);
    let rows = rows.into_iter().map(|row| (row.clone(), columns.iter().map(|c| cell(&row, c)).collect())).collect();
    Matrix { keys: counts.keys().map(|k| (*k).to_owned()).collect(), by, columns, rows }
}

fn value<'a>(pod: &'a PodView, key: &str) -> Option<&'a str> {
    pod.labels.iter().find(|(k, _)| k == key).map(|(_, v)| v.as_str())
}

/// The values of a key in order, then None where a pod lacks it.
fn values(pods: &[Rc<PodView>], key: &str) -> Vec<Option<String>> {
    let all: BTreeSet<Option<&str>> = pods.iter().map(|p| value(p, key)).collect();
    let lacking = all.contains(&None);
    let mut out: Vec<Option<String>> = all.into_iter().flatten().map(|v| Some(v.to_owned())).collect();
    if lacking {
        out.push(None);
    }
    out
}

/// The wanted keys, and for those left open the commonest; people's own before generated ones.
fn choose(counts: &BTreeMap<&str, usize>, wanted: &[String; 2]) -> [String; 2] {
    let mut ranked: Vec<(&str, usize)> = counts.iter().map(|(k, n)| (*k, *n)).collect();
    ranked.sort_by_key(|(key, count)| (GENERATED.contains(key), usize::MAX - count));
    let mut open = ranked.into_iter().map(|(key, _)| key).filter(|key| !wanted.iter().any(|w| w == key));
    let mut pick = |wanted: &String| match wanted.as_str() {
        "" => open.next().unwrap_or_default().to_owned(),
        key => key.to_owned(),
    };
    [pick(&wanted[0]), pick(&wanted[1])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::apimachinery::{Time, Value};
    use crate::object;

    fn pod(name: &str, labels: &[(&str, &str)]) -> Rc<PodView> {
        let labels: crate::apimachinery::Map = labels.iter().copied().collect();
        let v =
            object! { "metadata" => object! { "name" => name, "namespace" => "d", "labels" => Value::from(labels) } };
        Rc::new(PodView::new(&v, Time(0)))
    }

    fn shown(m: &Matrix) -> Vec<(Option<&str>, Vec<String>)> {
        let names = |cell: &Vec<Rc<PodView>>| cell.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join(" ");
        m.rows.iter().map(|(row, cells)| (row.as_deref(), cells.iter().map(names).collect())).collect()
    }

    /// Six pods of two applications in three releases, one pod without a label.
    fn pods() -> Vec<Rc<PodView>> {
        vec![
            pod("a", &[("app", "ui"), ("rel", "stable")]),
            pod("b", &[("app", "ui"), ("rel", "beta")]),
            pod("c", &[("app", "as"), ("rel", "stable")]),
            pod("d", &[("app", "as"), ("pod-template-hash", "1")]),
            pod("e", &[]),
        ]
    }

    #[test]
    fn pods_stand_where_their_two_labels_meet() {
        let m = matrix(&pods(), &[String::new(), String::new()]);
        assert_eq!(m.by, ["app", "rel"]);
        assert_eq!(m.columns, [Some("beta".to_owned()), Some("stable".to_owned()), None]);
        let want = [
            (Some("as"), vec!["".to_owned(), "c".to_owned(), "d".to_owned()]),
            (Some("ui"), vec!["b".to_owned(), "a".to_owned(), "".to_owned()]),
            (None, vec!["".to_owned(), "".to_owned(), "e".to_owned()]),
        ];
        assert_eq!(shown(&m), want);
    }

    #[test]
    fn the_reader_chooses_the_keys() {
        let m = matrix(&pods(), &["rel".to_owned(), String::new()]);
        assert_eq!(m.by, ["rel", "app"]);
        let m = matrix(&pods(), &["nosuch".to_owned(), "app".to_owned()]);
        assert_eq!(m.rows.len(), 1, "no pod has it: one row for all");
        assert_eq!(m.keys, ["app", "pod-template-hash", "rel"]);
    }

    #[test]
    fn without_labels_there_is_one_cell() {
        let m = matrix(&[pod("e", &[])], &[String::new(), String::new()]);
        assert_eq!((m.by, m.columns, m.rows.len()), ([String::new(), String::new()], vec![None], 1));
        assert!(matrix(&[], &[String::new(), String::new()]).rows.is_empty());
    }
}
