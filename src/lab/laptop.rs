//! The laptop's files: what the editor opens, the kubeconfig, what the page fetches.

use super::Lab;
use crate::apimachinery::{Value, yaml};
use crate::cli::descriptions;
use crate::host;

impl Lab {
    /// A path made absolute from the home (or scratch) directory.
    pub fn absolute(&self, path: &str) -> String {
        crate::sh::files::normalize(self.cwd, path)
    }

    pub fn read_file(&self, path: &str) -> Option<Vec<u8>> {
        let path = self.absolute(path);
        self.shells.kernel().borrow().files.read(&path).ok().map(|data| data.to_vec())
    }

    pub fn write_file(&mut self, path: &str, data: &[u8]) {
        let (path, now) = (self.absolute(path), self.clock.now());
        self.shells.kernel().borrow_mut().files.put(&path, data, now);
    }

    /// Files of the home directory, sorted.
    pub fn files(&self) -> Vec<String> {
        let kernel = self.shells.kernel().borrow();
        let entries = kernel.files.list(self.cwd).unwrap_or_default();
        entries.into_iter().filter(|(name, dir)| !dir && !name.starts_with('.')).map(|(n, _)| n.to_string()).collect()
    }

    /// A file that a program wants to be opened in the page's editor.
    pub fn file_to_edit(&self) -> Option<String> {
        self.shells.editors().borrow().open.first().map(|(_, path)| path.clone())
    }

    /// The page closed this file: whoever waits for it goes on.
    pub fn close_editor(&mut self, path: &str) {
        self.shells.editors().borrow_mut().close(path);
    }

    /// The kubeconfig, as a value; null where it cannot be read.
    pub fn kubeconfig(&self) -> Value {
        let path = if self.cwd == host::HOME { ".kube/config" } else { ".kubeconfig" };
        let text = self.read_file(path).unwrap_or_default();
        let mut known = self.kubeconfig.borrow_mut();
        if known.0 != text {
            let value = yaml::from_str(&String::from_utf8_lossy(&text)).unwrap_or_default();
            *known = (text, value);
        }
        known.1.clone()
    }

    /// The namespace that commands go to.
    pub fn namespace(&self) -> String {
        let config = self.kubeconfig();
        let current = config["current-context"].str();
        let context = config["contexts"].items().iter().find(|c| c["name"].str() == current);
        match context.map(|c| c.at("context.namespace").str()) {
            None | Some("") => "default".into(),
            Some(namespace) => namespace.into(),
        }
    }

    /// Files that commands want the page to fetch (descriptions for `explain`).
    pub fn take_wanted_files(&mut self) -> Vec<String> {
        self.descriptions.take_wanted().then(|| descriptions::FILE.to_owned()).into_iter().collect()
    }

    /// Such a file has come, or has not.
    pub fn fetched(&mut self, path: &str, result: Result<String, String>) {
        if path == descriptions::FILE {
            self.descriptions.arrive(result);
        }
    }
}
