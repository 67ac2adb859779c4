//! A shell's variables and parameters.

use super::arith::Names;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A variable; an array where it has other than one value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Var {
    pub values: Vec<String>,
    pub array: bool,
    pub exported: bool,
    pub readonly: bool,
}

/// All that `$…` can mean. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Vars {
    map: Rc<BTreeMap<String, Var>>,
    /// `$0`
    pub name: Rc<str>,
    /// `$1` and so on.
    pub params: Rc<Vec<String>>,
    pub status: i32,
    /// `$$`: the first shell's process, in subshells too.
    pub pid: u32,
    /// `$!`
    pub last_background: Option<u32>,
    /// `$-`
    pub flags: String,
    environ: Option<Rc<BTreeMap<String, String>>>,
}

impl Vars {
    pub fn new(name: &str, environ: &BTreeMap<String, String>) -> Self {
        let exported = |value: &String| Var { values: vec![value.clone()], exported: true, ..Var::default() };
        let valid = |name: &str| is_name(name);
        let map = environ.iter().filter(|(k, _)| valid(k)).map(|(k, v)| (k.clone(), exported(v))).collect();
        Self {
            map: Rc::new(map),
            name: Rc::from(name),
            params: Rc::default(),
            status: 0,
            pid: 0,
            last_background: None,
            flags: String::new(),
            environ: None,
        }
    }

    pub fn var(&self, name: &str) -> Option<&Var> {
        self.map.get(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, &Var)> {
        self.map.iter()
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.map.get(name).and_then(|v| v.values.first()).map(String::as_str)
    }

    pub fn entry(&mut self, name: &str) -> &mut Var {
        self.environ = None;
        Rc::make_mut(&mut self.map).entry(name.to_owned()).or_default()
    }

    /// Sets a variable. Err where it is read-only.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let var = self.entry(name);
        if var.readonly {
            return Err(format!("{name}: readonly variable"));
        }
        match var.values.first_mut() {
            Some(first) => *first = value.to_owned(),
            None => var.values.push(value.to_owned()),
        }
        Ok(())
    }

    pub fn unset(&mut self, name: &str) -> Result<(), String> {
        if self.map.get(name).is_some_and(|v| v.readonly) {
            return Err(format!("{name}: cannot unset: readonly variable"));
        }
        self.environ = None;
        Rc::make_mut(&mut self.map).remove(name);
        Ok(())
    }

    /// Puts a variable back as it was.
    pub fn restore(&mut self, name: &str, old: Option<Var>) {
        self.environ = None;
        let map = Rc::make_mut(&mut self.map);
        match old {
            Some(var) => map.insert(name.to_owned(), var),
            None => map.remove(name),
        };
    }

    /// The environment of child processes.
    pub fn environ(&mut self) -> Rc<BTreeMap<String, String>> {
        if self.environ.is_none() {
            let exported = self.map.iter().filter(|(_, v)| v.exported);
            let values = exported.filter_map(|(k, v)| Some((k.clone(), v.values.first()?.clone())));
            self.environ = Some(Rc::new(values.collect()));
        }
        self.environ.clone().unwrap_or_default()
    }

    /// The value of a special parameter or a variable.
    pub fn lookup(&self, name: &str) -> Option<String> {
        match name {
            "?" => Some(self.status.to_string()),
            "$" => Some(self.pid.to_string()),
            "!" => Some(self.last_background.map(|p| p.to_string()).unwrap_or_default()),
            "#" => Some(self.params.len().to_string()),
            "-" => Some(self.flags.clone()),
            "0" => Some(self.name.to_string()),
            "@" | "*" => (!self.params.is_empty()).then(|| self.params.join(" ")),
            _ => match name.parse::<usize>() {
                Ok(n) => self.params.get(n.checked_sub(1)?).cloned(),
                Err(_) => self.get(name).map(str::to_owned),
            },
        }
    }
}

impl Names for Vars {
    fn get(&self, name: &str) -> Option<String> {
        self.lookup(name)
    }
    fn set(&mut self, name: &str, value: i64) {
        let _ = Vars::set(self, name, &value.to_string());
    }
}

/// True for what may name a variable.
pub fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
