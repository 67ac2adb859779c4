//! What a server keeps, and its commands: a table of names, argument counts and functions.

use super::resp::Reply;
use crate::apimachinery::Time;
use crate::apimachinery::time::Duration;
use crate::sh::glob::Glob;
use std::collections::{BTreeMap, VecDeque};

#[derive(Clone, Debug, PartialEq)]
enum Item {
    Text(String),
    List(VecDeque<String>),
    Hash(BTreeMap<String, String>),
    /// A set is a hash without values here; its kind is told apart by this.
    Set(BTreeMap<String, String>),
}

/// The keys of a server.
#[derive(Clone, Debug, Default)]
pub struct Data {
    /// The server's.
    pub version: String,
    items: BTreeMap<String, Item>,
    expires: BTreeMap<String, Time>,
    config: BTreeMap<String, String>,
    commands: u64,
}

type Run = fn(&mut Data, &[String], Time) -> Result<Reply, String>;

const WRONG: &str = "WRONGTYPE Operation against a key holding the wrong kind of value";
const NOT_INT: &str = "ERR value is not an integer or out of range";
/// How many keys a server takes.
const MOST_KEYS: usize = 100_000;

/// Name, least and most words with the name itself (0: any number), function.
const COMMANDS: &[(&str, usize, usize, Run)] = &[
    ("PING", 1, 2, |_, w, _| Ok(w.get(1).map_or(Reply::Simple("PONG"), |t| Reply::Bulk(t.clone())))),
    ("ECHO", 2, 2, |_, w, _| Ok(Reply::Bulk(w[1].clone()))),
    ("SET", 3, 0, set),
    ("SETNX", 3, 3, |d, w, _| {
        let free = !d.items.contains_key(&w[1]);
        if free {
            d.items.insert(w[1].clone(), Item::Text(w[2].clone()));
        }
        Ok(Reply::Int(i64::from(free)))
    }),
    ("GET", 2, 2, |d, w, _| Ok(d.text(&w[1])?.map_or(Reply::Nil, Reply::Bulk))),
    ("GETDEL", 2, 2, |d, w, _| {
        let text = d.text(&w[1])?;
        d.items.remove(&w[1]);
        Ok(text.map_or(Reply::Nil, Reply::Bulk))
    }),
    ("MSET", 3, 0, |d, w, _| {
        for pair in w[1..].chunks_exact(2) {
            d.items.insert(pair[0].clone(), Item::Text(pair[1].clone()));
        }
        Ok(Reply::ok())
    }),
    ("MGET", 2, 0, |d, w, _| {
        let get = |k: &String| d.text(k).ok().flatten().map_or(Reply::Nil, Reply::Bulk);
        Ok(Reply::List(w[1..].iter().map(get).collect()))
    }),
    ("APPEND", 3, 3, |d, w, _| {
        let text = d.text(&w[1])?.unwrap_or_default() + &w[2];
        let size = text.len();
        d.items.insert(w[1].clone(), Item::Text(text));
        Ok(int(size))
    }),
    ("STRLEN", 2, 2, |d, w, _| Ok(int(d.text(&w[1])?.map_or(0, |t| t.len())))),
    ("INCR", 2, 2, |d, w, _| d.add(&w[1], Some(1))),
    ("DECR", 2, 2, |d, w, _| d.add(&w[1], Some(-1))),
    ("INCRBY", 3, 3, |d, w, _| d.add(&w[1], w[2].parse().ok())),
    ("DECRBY", 3, 3, |d, w, _| d.add(&w[1], w[2].parse().ok().and_then(i64::checked_neg))),
    ("DEL", 2, 0, |d, w, _| Ok(int(w[1..].iter().filter(|k| d.items.remove(*k).is_some()).count()))),
    ("EXISTS", 2, 0, |d, w, _| Ok(int(w[1..].iter().filter(|k| d.items.contains_key(*k)).count()))),
    ("KEYS", 2, 2, |d, w, _| {
        let glob = Glob::new(&w[1]);
        let matches = |k: &&String| glob.matches(k);
        Ok(Reply::List(d.items.keys().filter(matches).cloned().map(Reply::Bulk).collect()))
    }),
    ("TYPE", 2, 2, |d, w, _| Ok(Reply::Simple(d.items.get(&w[1]).map_or("none", kind)))),
    ("RENAME", 3, 3, |d, w, _| {
        let item = d.items.remove(&w[1]).ok_or("ERR no such key")?;
        d.items.insert(w[2].clone(), item);
        Ok(Reply::ok())
    }),
    ("EXPIRE", 3, 3, |d, w, now| {
        let seconds: u64 = w[2].parse().map_err(|_| NOT_INT)?;
        let known = d.items.contains_key(&w[1]);
        if known {
            d.expires.insert(w[1].clone(), now + Duration::from_secs(seconds.min(1 << 31)));
        }
        Ok(Reply::Int(i64::from(known)))
    }),
    ("TTL", 2, 2, |d, w, now| {
        Ok(Reply::Int(match (d.items.contains_key(&w[1]), d.expires.get(&w[1])) {
            (false, _) => -2,
            (true, None) => -1,
            (true, Some(at)) => i64::try_from(at.since(now).as_millis().div_ceil(1_000)).unwrap_or(0),
        }))
    }),
    ("PERSIST", 2, 2, |d, w, _| Ok(Reply::Int(i64::from(d.expires.remove(&w[1]).is_some())))),
    ("DBSIZE", 1, 1, |d, _, _| Ok(int(d.items.len()))),
    ("FLUSHALL", 1, 2, |d, _, _| d.clear()),
    ("FLUSHDB", 1, 2, |d, _, _| d.clear()),
    ("LPUSH", 3, 0, |d, w, _| d.push(w, true)),
    ("RPUSH", 3, 0, |d, w, _| d.push(w, false)),
    ("LPOP", 2, 2, |d, w, _| d.pop(&w[1], true)),
    ("RPOP", 2, 2, |d, w, _| d.pop(&w[1], false)),
    ("LLEN", 2, 2, |d, w, _| Ok(int(d.list(&w[1])?.len()))),
    ("LRANGE", 4, 4, |d, w, _| {
        let (from, to): (i64, i64) = (w[2].parse().map_err(|_| NOT_INT)?, w[3].parse().map_err(|_| NOT_INT)?);
        let list = d.list(&w[1])?;
        let count = i64::try_from(list.len()).unwrap_or(0);
        let at = |n: i64| if n < 0 { (count.saturating_add(n)).max(0) } else { n };
        let taken = list
            .into_iter()
            .zip(0i64..)
            .filter(|(_, i)| (at(from)..=if to < 0 { count.saturating_add(to) } else { to }).contains(i));
        Ok(Reply::List(taken.map(|(t, _)| Reply::Bulk(t)).collect()))
    }),
    ("HSET", 4, 0, |d, w, _| {
        let hash = d.hash(&w[1])?;
        let added = w[2..].chunks_exact(2).filter(|p| hash.insert(p[0].clone(), p[1].clone()).is_none()).count();
        Ok(int(added))
    }),
    ("HGET", 3, 3, |d, w, _| Ok(d.fields(&w[1])?.get(&w[2]).cloned().map_or(Reply::Nil, Reply::Bulk))),
    ("HGETALL", 2, 2, |d, w, _| {
        Ok(Reply::List(d.fields(&w[1])?.into_iter().flat_map(|(k, v)| [Reply::Bulk(k), Reply::Bulk(v)]).collect()))
    }),
    ("HDEL", 3, 0, |d, w, _| {
        let hash = d.hash(&w[1])?;
        Ok(int(w[2..].iter().filter(|f| hash.remove(*f).is_some()).count()))
    }),
    ("SADD", 3, 0, |d, w, _| {
        let set = d.set(&w[1])?;
        Ok(int(w[2..].iter().filter(|m| set.insert((*m).clone(), String::new()).is_none()).count()))
    }),
    ("SMEMBERS", 2, 2, |d, w, _| Ok(Reply::List(d.members(&w[1])?.into_keys().map(Reply::Bulk).collect()))),
    ("SISMEMBER", 3, 3, |d, w, _| Ok(Reply::Int(i64::from(d.members(&w[1])?.contains_key(&w[2]))))),
    ("SCARD", 2, 2, |d, w, _| Ok(int(d.members(&w[1])?.len()))),
    (
        "SELECT",
        2,
        2,
        |_, w, _| if w[1] == "0" { Ok(Reply::ok()) } else { Err("ERR only DB 0 is simulated here".to_owned()) },
    ),
    ("CONFIG", 2, 0, config),
    ("CLIENT", 2, 0, |_, _, _| Ok(Reply::ok())),
    ("COMMAND", 1, 0, |_, _, _| Ok(Reply::List(Vec::new()))),
    ("INFO", 1, 2, |d, _, _| Ok(Reply::Bulk(d.info()))),
    ("QUIT", 1, 1, |_, _, _| Ok(Reply::ok())),
];

fn int(n: usize) -> Reply {
    Reply::Int(i64::try_from(n).unwrap_or(i64::MAX))
}

fn kind(item: &Item) -> &'static str {
    match item {
        Item::Text(_) => "string",
        Item::List(_) => "list",
        Item::Hash(_) => "hash",
        Item::Set(_) => "set",
    }
}

/// `SET key value [NX | XX] [GET] [EX seconds | PX milliseconds]`
fn set(d: &mut Data, w: &[String], now: Time) -> Result<Reply, String> {
    let (mut expires, mut only) = (None, None);
    let mut options = w[3..].iter();
    while let Some(option) = options.next() {
        let name = option.to_uppercase();
        match name.as_str() {
            "NX" => only = Some(false),
            "XX" => only = Some(true),
            "EX" | "PX" => {
                let n: u64 = options.next().ok_or("ERR syntax error")?.parse().map_err(|_| NOT_INT)?;
                if n == 0 {
                    return Err("ERR invalid expire time in 'set' command".to_owned());
                }
                let n = n.min(1 << 31);
                expires = Some(now + if name == "EX" { Duration::from_secs(n) } else { Duration::from_millis(n) });
            }
            _ => return Err("ERR syntax error".to_owned()),
        }
    }
    if only.is_some_and(|must| must != d.items.contains_key(&w[1])) {
        return Ok(Reply::Nil);
    }
    d.items.insert(w[1].clone(), Item::Text(w[2].clone()));
    d.expires.remove(&w[1]);
    if let Some(at) = expires {
        d.expires.insert(w[1].clone(), at);
    }
    Ok(Reply::ok())
}

fn config(d: &mut Data, w: &[String], _: Time) -> Result<Reply, String> {
    match (w[1].to_uppercase().as_str(), w.get(2), w.get(3)) {
        ("GET", Some(pattern), _) => {
            let defaults = [
                ("appendonly", "no"),
                ("dir", "/data"),
                ("maxmemory", "0"),
                ("maxmemory-policy", "noeviction"),
                ("save", "3600 1 300 100 60 10000"),
            ];
            let mut all: BTreeMap<String, String> =
                defaults.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            all.extend(d.config.clone());
            let glob = Glob::new(pattern);
            let found = all.into_iter().filter(|(k, _)| glob.matches(k));
            Ok(Reply::List(found.flat_map(|(k, v)| [Reply::Bulk(k), Reply::Bulk(config_value(&v))]).collect()))
        }
        ("SET", Some(name), Some(value)) => {
            d.config.insert(name.clone(), value.clone());
            Ok(Reply::ok())
        }
        _ => Err("ERR unknown subcommand. Try CONFIG HELP.".to_owned()),
    }
}

/// Sizes are told in bytes: `2mb` is `2097152`.
fn config_value(text: &str) -> String {
    let units = [("kb", 1u64 << 10), ("mb", 1 << 20), ("gb", 1 << 30)];
    let sized = units.iter().find_map(|(unit, n)| text.strip_suffix(unit)?.parse::<u64>().ok()?.checked_mul(*n));
    sized.map_or_else(|| text.to_owned(), |n| n.to_string())
}

impl Data {
    /// Runs a command.
    pub fn run(&mut self, name: &str, words: &[String], now: Time) -> Reply {
        self.commands += 1;
        let gone: Vec<String> = self.expires.iter().filter(|(_, at)| **at <= now).map(|(k, _)| k.clone()).collect();
        for key in gone {
            self.expires.remove(&key);
            self.items.remove(&key);
        }
        let Some((_, least, most, run)) = COMMANDS.iter().find(|c| c.0 == name) else {
            let args: String = words.iter().skip(1).map(|w| format!("'{w}' ")).collect();
            let asked = words.first().map_or("", String::as_str);
            return Reply::Error(format!("ERR unknown command '{asked}', with args beginning with: {args}"));
        };
        if words.len() < *least || (*most > 0 && words.len() > *most) {
            return Reply::Error(format!("ERR wrong number of arguments for '{}' command", name.to_lowercase()));
        }
        if self.items.len() > MOST_KEYS {
            return Reply::Error("OOM command not allowed when used memory > 'maxmemory'.".to_owned());
        }
        let reply = run(self, words, now).unwrap_or_else(Reply::Error);
        self.items.retain(|_, item| match item {
            Item::List(l) => !l.is_empty(),
            Item::Hash(h) | Item::Set(h) => !h.is_empty(),
            Item::Text(_) => true,
        });
        self.expires.retain(|key, _| self.items.contains_key(key));
        reply
    }

    pub fn set_config(&mut self, name: &str, value: &str) {
        self.config.insert(name.to_owned(), value.to_owned());
    }

    /// What is kept, as the commands that make it again.
    pub fn dump(&self, _: Time) -> String {
        let mut out = String::new();
        for (key, item) in &self.items {
            let mut words: Vec<String> = match item {
                Item::Text(text) => vec!["SET".to_owned(), key.clone(), text.clone()],
                Item::List(list) => ["RPUSH".to_owned(), key.clone()].into_iter().chain(list.iter().cloned()).collect(),
                Item::Hash(hash) => {
                    let fields = hash.iter().flat_map(|(k, v)| [k.clone(), v.clone()]);
                    ["HSET".to_owned(), key.clone()].into_iter().chain(fields).collect()
                }
                Item::Set(set) => ["SADD".to_owned(), key.clone()].into_iter().chain(set.keys().cloned()).collect(),
            };
            out += &String::from_utf8_lossy(&super::resp::array(&std::mem::take(&mut words)));
        }
        out
    }

    pub fn load(&mut self, text: &str, now: Time) {
        let mut rest = text.as_bytes();
        while let Some((words, used)) = super::resp::request(rest) {
            if let Some(name) = words.first().cloned() {
                self.run(&name, &words, now);
            }
            rest = rest.get(used..).unwrap_or(&[]);
        }
    }

    fn clear(&mut self) -> Result<Reply, String> {
        self.items.clear();
        Ok(Reply::ok())
    }

    fn text(&self, key: &str) -> Result<Option<String>, String> {
        match self.items.get(key) {
            None => Ok(None),
            Some(Item::Text(text)) => Ok(Some(text.clone())),
            Some(_) => Err(WRONG.to_owned()),
        }
    }

    fn add(&mut self, key: &str, by: Option<i64>) -> Result<Reply, String> {
        let now: i64 = self.text(key)?.unwrap_or_else(|| "0".to_owned()).parse().map_err(|_| NOT_INT)?;
        let sum = by.and_then(|by| now.checked_add(by)).ok_or(NOT_INT)?;
        self.items.insert(key.to_owned(), Item::Text(sum.to_string()));
        Ok(Reply::Int(sum))
    }

    fn list(&self, key: &str) -> Result<VecDeque<String>, String> {
        match self.items.get(key) {
            None => Ok(VecDeque::new()),
            Some(Item::List(list)) => Ok(list.clone()),
            Some(_) => Err(WRONG.to_owned()),
        }
    }

    fn push(&mut self, words: &[String], front: bool) -> Result<Reply, String> {
        let mut list = self.list(&words[1])?;
        for word in &words[2..] {
            if front {
                list.push_front(word.clone());
            } else {
                list.push_back(word.clone());
            }
        }
        let size = list.len();
        self.items.insert(words[1].clone(), Item::List(list));
        Ok(int(size))
    }

    fn pop(&mut self, key: &str, front: bool) -> Result<Reply, String> {
        let mut list = self.list(key)?;
        let taken = if front { list.pop_front() } else { list.pop_back() };
        if taken.is_some() {
            self.items.insert(key.to_owned(), Item::List(list));
        }
        Ok(taken.map_or(Reply::Nil, Reply::Bulk))
    }

    fn hash(&mut self, key: &str) -> Result<&mut BTreeMap<String, String>, String> {
        match self.items.entry(key.to_owned()).or_insert_with(|| Item::Hash(BTreeMap::new())) {
            Item::Hash(hash) => Ok(hash),
            _ => Err(WRONG.to_owned()),
        }
    }

    fn set(&mut self, key: &str) -> Result<&mut BTreeMap<String, String>, String> {
        match self.items.entry(key.to_owned()).or_insert_with(|| Item::Set(BTreeMap::new())) {
            Item::Set(set) => Ok(set),
            _ => Err(WRONG.to_owned()),
        }
    }

    fn fields(&self, key: &str) -> Result<BTreeMap<String, String>, String> {
        match self.items.get(key) {
            None => Ok(BTreeMap::new()),
            Some(Item::Hash(hash)) => Ok(hash.clone()),
            Some(_) => Err(WRONG.to_owned()),
        }
    }

    fn members(&self, key: &str) -> Result<BTreeMap<String, String>, String> {
        match self.items.get(key) {
            None => Ok(BTreeMap::new()),
            Some(Item::Set(set)) => Ok(set.clone()),
            Some(_) => Err(WRONG.to_owned()),
        }
    }

    fn info(&self) -> String {
        format!(
            "# Server\r\nredis_version:{}\r\nredis_mode:standalone\r\ntcp_port:6379\r\n\r\n# Stats\r\n\
             total_commands_processed:{}\r\n\r\n# Replication\r\nrole:master\r\nconnected_slaves:0\r\n\r\n# Keyspace\r\n{}",
            self.version,
            self.commands,
            if self.items.is_empty() {
                String::new()
            } else {
                format!("db0:keys={},expires={},avg_ttl=0\r\n", self.items.len(), self.expires.len())
            }
        )
    }
}
